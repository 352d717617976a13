import type { ConflictChoice, TransferFailure, TransferRequest } from '../../shared/contract/transfers.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { CopiedRecord, PartRecord } from './part-file.ts'
import type { PathLocks } from './path-locks.ts'
import type { AskConflict } from './placement.ts'
import type { ProgressMeter } from './progress-meter.ts'

/** The inputs and callbacks of a transfer run. */
export interface TransferRunParts {
  readonly request: TransferRequest
  readonly source: FileSystem
  readonly target: FileSystem
  readonly meter: ProgressMeter
  /**
   * True if an earlier run of this transfer was interrupted: files that are the same on both sides were copied by it.
   */
  readonly again: boolean
  /**
   * The files copied in this run and earlier ones by source, for cases in which the files alone don't show it; empty by
   * default.
   */
  readonly copied?: Map<string, CopiedRecord>
  /** The part files of earlier runs, by target path. */
  readonly parts: Map<string, PartRecord>
  /** The folders created and names chosen in this run and earlier ones. */
  readonly made: Set<string>
  readonly names: Map<string, string>
  readonly locks: PathLocks
  /** The choices for single files, by target path. */
  readonly decided: Map<string, ConflictChoice>
  readonly signal: AbortSignal
  readonly pass: (bytes: number) => Promise<void> | undefined
  /** Asks the user; null if they cancel. */
  readonly ask: AskConflict
  readonly onFailure: (failure: TransferFailure) => void
  readonly onPartsChanged: () => void
  /** The links on the target that transfers from other sides created: they are not followed. This run adds its own. */
  readonly brought?: Set<string>
  /** Shows an informational message. */
  readonly onNote?: (text: string) => void
}
