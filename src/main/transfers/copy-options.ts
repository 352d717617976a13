import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { FileChange, FileSystem } from '../files/file-system.ts'
import { rightsFor, type CopyRights } from './copy-rights.ts'
import type { PartRecord, Version } from './part-file.ts'

// For a file this large, waiting for the disk is worthwhile; thousands of small ones would take minutes.
const syncBytes = 4 * 1024 * 1024

/** One file to copy, and how to copy it. */
export interface CopyFileOptions {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly from: string
  readonly to: string
  /** The attributes of the source when the copy was planned. */
  readonly info: FileInfo
  /** True if a file at `to` may be replaced; otherwise an existing one is an error. */
  readonly replace: boolean
  /** The replaced file at `to`, as far as known: the copy gets its mode, owner and group. */
  readonly standing: FileInfo | null
  /** The version of the source that the part file was started from, and its verified length; null starts over. */
  readonly resume: PartRecord | null
  /** True if the existing file may be the beginning of the source: it is reused if the side can copy it. */
  readonly append: boolean
  readonly keepOwner: boolean
  readonly verify: boolean
  readonly signal: AbortSignal
  readonly pass: (bytes: number) => Promise<void> | undefined
  /** Called when a part file of this version of the source is started; that many of its first bytes are verified. */
  readonly onPart: (version: Version, whole: number) => void
  /** Called with copied bytes; the first call after a resume includes those from before. */
  readonly onBytes: (bytes: number) => void
  /** Called after a failure: the part file was deleted, or is left for a resume or because the side is unreachable. */
  readonly onPartSettled?: (left: boolean) => void
  /** Called before the file at `to` is overwritten in place, because it can't be replaced in its folder. */
  readonly onInPlace?: (to: string) => void
}

/** Determines the mode and owner of the copy; `now` are the latest attributes of the source. */
export function rightsOf({ info, keepOwner, target, standing }: CopyFileOptions, now: FileInfo): CopyRights {
  const owner = keepOwner && now.uid !== null && now.gid !== null ? { uid: now.uid, gid: now.gid } : null
  return rightsFor({ mode: info.mode, owner, standing, umask: target.umask })
}

/** True if both describe the same version of a file, as reported by one side. */
export function sameFile(a: FileInfo, b: FileInfo): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs
}

/** The error for a source that has changed: `changed`. */
export function changed(path: string): AppError {
  return new AppError('changed', `${shortName(nameOf(path))} changed while it was being copied. Copy it again.`)
}

/**
 * Determines the last steps of a file: its time and permissions, and waiting for the disk if the file is large enough.
 */
export function finishingOf(
  { change, made }: CopyRights,
  { size, mtimeMs }: FileInfo,
): { change: FileChange; made?: number; sync: boolean } {
  const time = mtimeMs === null ? {} : { mtimeMs }
  return { change: { ...change, ...time }, ...(made === undefined ? {} : { made }), sync: size >= syncBytes }
}
