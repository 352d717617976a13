import { z } from 'zod'

import { side } from '../../shared/contract/files.ts'
import {
  conflictChoice,
  speedLimits,
  transferFailure,
  transferId,
  transferRequest,
} from '../../shared/contract/transfers.ts'

const version = z.strictObject({ size: z.number(), mtimeMs: z.number().nullable(), whole: z.number().default(0) })
const copy = z.strictObject({ size: z.number(), mtimeMs: z.number().nullable(), timeKept: z.boolean() })
const count = z.number().min(0)

/** One transfer as saved on disk, so that it can be resumed after a restart. */
const transferRecord = z.strictObject({
  id: transferId,
  request: transferRequest,
  state: z.enum(['open', 'paused', 'failed', 'done']),
  error: transferFailure.shape.error.nullable().default(null),
  failures: z.array(transferFailure).max(200).default([]),
  failed: count.default(0),
  /** The started part files by target path, with the versions they were started from. */
  parts: z.record(z.string(), version).default({}),
  /** Fully copied files by source path, for cases in which the files alone don't show it. */
  copied: z.record(z.string(), copy).default({}),
  decided: z.record(z.string(), conflictChoice).default({}),
  made: z.array(z.string()).default([]),
  names: z.record(z.string(), z.string()).default({}),
  begun: z.boolean().default(false),
  progress: z
    .strictObject({ files: count, filesTotal: count, bytes: count, bytesTotal: count, skipped: count })
    .default({ files: 0, filesTotal: 0, bytes: 0, bytesTotal: 0, skipped: 0 }),
})
export type TransferRecord = z.output<typeof transferRecord>

/** The contents of transfers.json. */
export const transferFile = z.strictObject({
  transfers: z.array(transferRecord).max(500).default([]),
  limits: speedLimits.default({ up: 0, down: 0 }),
  /** Paths whose part files are still to be deleted, of transfers no longer listed. */
  leftovers: z.array(z.strictObject({ side, paths: z.array(z.string()) })).default([]),
  /** The links that transfers created for another side, oldest first. */
  brought: z.array(z.strictObject({ side, paths: z.array(z.string()) })).default([]),
})
export type TransferFile = z.output<typeof transferFile>
