import type { ConflictChoice, TransferFailure, TransferRequest } from '../../shared/contract/transfers.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { CopiedRecord, PartRecord } from './part-file.ts'
import type { PathLocks } from './path-locks.ts'
import type { AskConflict } from './placement.ts'
import type { ProgressMeter } from './progress-meter.ts'

/** What a run of a transfer is given, and what it tells. */
export interface TransferRunParts {
  readonly request: TransferRequest
  readonly source: FileSystem
  readonly target: FileSystem
  readonly meter: ProgressMeter
  /** True when an earlier run of this transfer was broken off: what is the same on both sides was copied then. */
  readonly again: boolean
  /** What was copied in this run and those before, by source, where the files alone don't tell; none when left out. */
  readonly copied?: Map<string, CopiedRecord>
  /** The part files of earlier runs, by target path. */
  readonly parts: Map<string, PartRecord>
  /** The folders that were made, and the names that were given, in this run and those before. */
  readonly made: Set<string>
  readonly names: Map<string, string>
  readonly locks: PathLocks
  /** What was chosen for single files, by target path. */
  readonly decided: Map<string, ConflictChoice>
  readonly signal: AbortSignal
  readonly pass: (bytes: number) => Promise<void> | undefined
  /** Asks a person; null when they want to stop. */
  readonly ask: AskConflict
  readonly onFailure: (failure: TransferFailure) => void
  readonly onPartsChanged: () => void
  /** The links on the target that transfers from other sides made: they are not followed. This run's are added. */
  readonly brought?: Set<string>
  /** Says something that a person should know and need not answer. */
  readonly onNote?: (text: string) => void
}
