import { z } from 'zod'

import { errorCode, type WireError } from '../base/errors.ts'
import { call, event } from './define.ts'
import { fileName, filePath, place, side } from './files.ts'

export const transferId = z.uuid().brand<'TransferId'>()
export type TransferId = z.infer<typeof transferId>

/** What is done with a file that is there already. */
export const conflictChoice = z.enum(['replace', 'keep-both', 'skip', 'resume', 'newer', 'different'])
export type ConflictChoice = z.infer<typeof conflictChoice>

export const transferOptions = z.strictObject({
  /** Links are made anew, replaced by what they lead to, or left out. */
  links: z.enum(['keep', 'follow', 'skip']).default('keep'),
  /** Takes the source away once its copy is whole. */
  move: z.boolean().default(false),
  keepOwner: z.boolean().default(false),
  /** Compares checksums of source and copy. */
  verify: z.boolean().default(false),
  /** `ask` asks a person. */
  conflict: conflictChoice.or(z.literal('ask')).default('ask'),
})
export type TransferOptions = Readonly<z.output<typeof transferOptions>>

/** What is to be copied where: files and folders of one side into a folder of another. */
export const transferRequest = z.strictObject({
  from: z.strictObject({ side, paths: z.array(filePath).min(1).max(200_000) }),
  to: place,
  /** The name of the copy, when there is one path and it is to be called otherwise. */
  rename: fileName.nullable().default(null),
  options: transferOptions.prefault({}),
})
export type TransferRequest = Readonly<z.output<typeof transferRequest>>

export type TransferState =
  | { readonly kind: 'queued' }
  | { readonly kind: 'running' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'paused' }
  /** The link was lost: it goes on by itself. */
  | { readonly kind: 'waiting'; readonly seconds: number; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'done' }

export const transferFailure = z.strictObject({
  path: z.string(),
  error: z.strictObject({ code: errorCode, message: z.string() }),
})
export type TransferFailure = Readonly<z.infer<typeof transferFailure>>

/** How far a transfer is. */
export interface TransferProgress {
  readonly files: number
  readonly filesTotal: number
  readonly bytes: number
  readonly bytesTotal: number
  /** True while folders are still being read: the totals grow. */
  readonly counting: boolean
  /** Bytes and files a second, over the last seconds. */
  readonly rate: number
  readonly fileRate: number
  /** True when many small files travel as one stream. */
  readonly packed: boolean
  readonly skipped: number
}

export interface TransferSnapshot {
  readonly id: TransferId
  readonly request: TransferRequest
  readonly state: TransferState
  readonly progress: TransferProgress
  /** The first of the files that failed, and how many there are. */
  readonly failures: readonly TransferFailure[]
  readonly failed: number
}

/** Bytes a second that all transfers together may use; 0 is no limit. */
export const speedLimits = z.strictObject({ up: z.int().min(0), down: z.int().min(0) })
export type SpeedLimits = Readonly<z.infer<typeof speedLimits>>

export interface TransferList {
  readonly transfers: readonly TransferSnapshot[]
  readonly limits: SpeedLimits
}

const one = z.strictObject({ id: transferId })

/** Copies between sides, one after the other and side by side. They outlive a lost link and the end of the program. */
export const transfers = {
  enqueue: call(transferRequest).returns<TransferId>(),
  pause: call(one).returns<void>(),
  resume: call(one).returns<void>(),
  /** Ends it and takes its part files away. */
  cancel: call(one).returns<void>(),
  /** Copies what failed once more. */
  retry: call(one).returns<void>(),
  pauseAll: call(z.void()).returns<void>(),
  resumeAll: call(z.void()).returns<void>(),
  /** Takes what has ended off the list. */
  clear: call(z.void()).returns<void>(),
  /** Puts one that waits before another. */
  reorder: call(z.strictObject({ id: transferId, before: transferId.nullable() })).returns<void>(),
  setLimits: call(speedLimits).returns<void>(),
  list: call(z.void()).returns<TransferList>(),
  onChanged: event<TransferList>(),
}
