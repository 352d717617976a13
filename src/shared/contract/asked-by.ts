import { z } from 'zod'

/** Who waits for an answer: a person who has just started something, or work in the background. */
export const askedBy = z.enum(['person', 'background'])
export type AskedBy = z.infer<typeof askedBy>
