import { z } from 'zod'

import { call, event } from './define.ts'

export const activityEntry = z.strictObject({
  id: z.uuid(),
  /** Milliseconds since 1970. */
  at: z.number(),
  kind: z.enum([
    'connected',
    'closed',
    'failed',
    'lost',
    'trusted',
    'key-replaced',
    'keys-learned',
    'said',
    'copied',
    'copy-failed',
    'ran',
    'run-failed',
  ]),
  /** The host or user concerned, as `label` or `user@address`. */
  subject: z.string().max(512),
  /** What happened, as a sentence; never a secret. */
  text: z.string().max(2048),
})
export type ActivityEntry = Readonly<z.infer<typeof activityEntry>>

/** The latest activity, newest first, at most 500 entries. */
export const activity = {
  list: call(z.void()).returns<readonly ActivityEntry[]>(),
  clear: call(z.void()).returns<void>(),
  onChanged: event<readonly ActivityEntry[]>(),
}
