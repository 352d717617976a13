import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { FileChange, FileSystem } from '../files/file-system.ts'
import { rightsFor, type CopyRights } from './copy-rights.ts'
import type { PartRecord, Version } from './part-file.ts'

// On a file this large the wait for the disk is worth it; thousands of small ones would take minutes.
const syncBytes = 4 * 1024 * 1024

/** One file to copy, and how. */
export interface CopyFileOptions {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly from: string
  readonly to: string
  /** What the source was when the copy was planned. */
  readonly info: FileInfo
  /** True when a file at `to` may be replaced; else one that is there is an error. */
  readonly replace: boolean
  /** The file at `to` that is replaced, as far as it is known: the copy gets its mode, owner and group. */
  readonly standing: FileInfo | null
  /** The version of the source that the part file was begun from, and what of it is known to be whole; null begins anew. */
  readonly resume: PartRecord | null
  /** True when what is there may be the first part of the source: it is taken over where the side can copy it. */
  readonly append: boolean
  readonly keepOwner: boolean
  readonly verify: boolean
  readonly signal: AbortSignal
  readonly pass: (bytes: number) => Promise<void> | undefined
  /** A part file is begun from this version of the source; so many of its first bytes are whole. */
  readonly onPart: (version: Version, whole: number) => void
  /** So many bytes are through; the first call after a resume has what was there already. */
  readonly onBytes: (bytes: number) => void
  /** The copy failed: its part file was taken away, or is left for a resume or because the side is out of reach. */
  readonly onPartSettled?: (left: boolean) => void
  /** The file at `to` is about to be written over, since its folder lets it not be replaced. */
  readonly onInPlace?: (to: string) => void
}

/** What mode and owner the copy gets, and how: `now` is what the source is known to be. */
export function rightsOf({ info, keepOwner, target, standing }: CopyFileOptions, now: FileInfo): CopyRights {
  const owner = keepOwner && now.uid !== null && now.gid !== null ? { uid: now.uid, gid: now.gid } : null
  return rightsFor({ mode: info.mode, owner, standing, umask: target.umask })
}

/** True for one version of a file, as one side tells of it. */
export function sameFile(a: FileInfo, b: FileInfo): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs
}

/** Errors `changed`: the source is not what it was. */
export function changed(path: string): AppError {
  return new AppError('changed', `${shortName(nameOf(path))} changed while it was being copied. Copy it again.`)
}

/** How the file is finished: its time and rights, and the wait for the disk where the file is large enough for that. */
export function finishingOf(
  { change, made }: CopyRights,
  { size, mtimeMs }: FileInfo,
): { change: FileChange; made?: number; sync: boolean } {
  const time = mtimeMs === null ? {} : { mtimeMs }
  return { change: { ...change, ...time }, ...(made === undefined ? {} : { made }), sync: size >= syncBytes }
}
