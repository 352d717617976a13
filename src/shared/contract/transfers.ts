import { z } from 'zod'

import { errorCode, type WireError } from '../base/errors.ts'
import { call, event } from './define.ts'
import { fileName, filePath, place, side } from './files.ts'

export const transferId = z.uuid().brand<'TransferId'>()
export type TransferId = z.infer<typeof transferId>

/** What to do with an existing file. */
export const conflictChoice = z.enum(['replace', 'keep-both', 'skip', 'resume', 'newer', 'different'])
export type ConflictChoice = z.infer<typeof conflictChoice>

const transferOptions = z.strictObject({
  /** Links are copied as links, replaced by their targets, or skipped. */
  links: z.enum(['keep', 'follow', 'skip']).default('keep'),
  /** Deletes the source once its copy is complete. */
  move: z.boolean().default(false),
  keepOwner: z.boolean().default(false),
  /** Compares the checksums of source and copy. */
  verify: z.boolean().default(false),
  /** `ask` asks the user. */
  conflict: conflictChoice.or(z.literal('ask')).default('ask'),
})
export type TransferOptions = Readonly<z.output<typeof transferOptions>>

/** A copy: files and folders of one side to a folder of another. */
export const transferRequest = z.strictObject({
  from: z.strictObject({ side, paths: z.array(filePath).min(1).max(200_000) }),
  to: place,
  /** The new name of the copy, if there is a single path to rename. */
  rename: fileName.nullable().default(null),
  options: transferOptions.prefault({}),
})
export type TransferRequest = Readonly<z.output<typeof transferRequest>>

export type TransferState =
  | { readonly kind: 'queued' }
  | { readonly kind: 'running' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'paused' }
  /** The connection was lost: it resumes automatically. */
  /** `until`: when it continues, as milliseconds since the epoch. */
  | { readonly kind: 'waiting'; readonly until: number; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'done' }

export const transferFailure = z.strictObject({
  path: z.string(),
  error: z.strictObject({ code: errorCode, message: z.string() }),
})
export type TransferFailure = Readonly<z.infer<typeof transferFailure>>

/** The progress of a transfer. */
export interface TransferProgress {
  readonly files: number
  readonly filesTotal: number
  readonly bytes: number
  readonly bytesTotal: number
  /** True while folders are still being read, so that the totals grow. */
  readonly counting: boolean
  /** Bytes and files per second, over the last few seconds. */
  readonly rate: number
  readonly fileRate: number
  /** True if many small files travel as one stream. */
  readonly packed: boolean
  readonly skipped: number
}

export interface TransferSnapshot {
  readonly id: TransferId
  readonly request: TransferRequest
  readonly state: TransferState
  readonly progress: TransferProgress
  /** The first of the failed files, and their number. */
  readonly failures: readonly TransferFailure[]
  readonly failed: number
}

/** The limit of all transfers together in bytes per second; 0 is no limit. */
export const speedLimits = z.strictObject({ up: z.int().min(0), down: z.int().min(0) })
export type SpeedLimits = Readonly<z.infer<typeof speedLimits>>

export interface TransferList {
  readonly transfers: readonly TransferSnapshot[]
  readonly limits: SpeedLimits
}

const one = z.strictObject({ id: transferId })

/** Copies between sides, queued and in parallel. They outlive lost connections and restarts. */
export const transfers = {
  enqueue: call(transferRequest).returns<TransferId>(),
  pause: call(one).returns<void>(),
  resume: call(one).returns<void>(),
  /** Cancels it and deletes its part files. */
  cancel: call(one).returns<void>(),
  /** Copies failed files again. */
  retry: call(one).returns<void>(),
  pauseAll: call(z.void()).returns<void>(),
  resumeAll: call(z.void()).returns<void>(),
  /** Removes finished transfers from the list. */
  clear: call(z.void()).returns<void>(),
  /** Moves a waiting transfer before another. */
  reorder: call(z.strictObject({ id: transferId, before: transferId.nullable() })).returns<void>(),
  setLimits: call(speedLimits).returns<void>(),
  list: call(z.void()).returns<TransferList>(),
  onChanged: event<TransferList>(),
}
