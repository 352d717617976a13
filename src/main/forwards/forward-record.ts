import { z } from 'zod'

import { launch, portRule, savedForward } from '../../shared/contract/forwards.ts'
import { preset } from '../../shared/contract/presets.ts'

// Eight jump hosts, each with the longest user and address, and a key file.
const key = z.string().max(16_384)

/** The contents of forwards.json. Tokens are never stored. */
export const forwardFile = z.strictObject({
  forwards: z.array(savedForward).max(1000).default([]),
  /** By target: the rule for ports found on it. */
  rules: z.record(key, portRule).default({}),
  /** By target: ports to ignore. */
  ignored: z.record(key, z.array(z.int()).max(1000)).default({}),
  /** By target and preset: how the service was last started. */
  launches: z.record(key, launch).default({}),
  presets: z.array(preset).max(200).default([]),
  /** By target and destination machine: its own local loopback address. */
  addresses: z.record(key, z.ipv4()).default({}),
})
export type ForwardFile = z.output<typeof forwardFile>
