import { z } from 'zod'

/** On whose behalf a question is asked: a user who has just started something, or background work. */
export const askedBy = z.enum(['person', 'background'])
export type AskedBy = z.infer<typeof askedBy>
