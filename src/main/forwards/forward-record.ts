import { z } from 'zod'

import { forward, launch, portRule } from '../../shared/contract/forwards.ts'
import { preset } from '../../shared/contract/presets.ts'

// Eight jump hosts, each with the longest user and address, and a key file.
const key = z.string().max(8192)

/** What is kept about forwards, in forwards.json. Never a token. */
export const forwardFile = z.strictObject({
  forwards: z.array(forward).max(1000).default([]),
  /** By target: what becomes of ports that are found there. */
  rules: z.record(key, portRule).default({}),
  /** By target: ports that nobody wants to hear of. */
  ignored: z.record(key, z.array(z.int()).max(1000)).default({}),
  /** By target and preset: how the service was last started. */
  launches: z.record(key, launch).default({}),
  presets: z.array(preset).max(200).default([]),
})
export type ForwardFile = z.output<typeof forwardFile>
