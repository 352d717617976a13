import { createHash } from 'node:crypto'

import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { ReadableFile, WritableFile } from '../files/file-system.ts'
import { encodeName } from '../sftp/byte-names.ts'
import { largestWindow } from './adaptive-window.ts'

const ending = '.hawser-part'
const longestName = 255
const tailBytes = 256 * 1024

/**
 * The file beside `path` that a copy is written to until it is complete; the name is shortened if it would be too long.
 */
export function partPathOf(path: string): string {
  const whole = `.${nameOf(path)}${ending}`
  if (encodeName(whole).length <= longestName) return joinPath(parentOf(path), whole)
  const hash = createHash('sha256')
    .update(encodeName(nameOf(path)))
    .digest('hex')
    .slice(0, 32)
  return joinPath(parentOf(path), `.${hash}${ending}`)
}

/** The attributes that distinguish versions of a file. */
export interface Version {
  readonly size: number
  readonly mtimeMs: number | null
}

/** The saved state of a part file: the version it was started from, and how many of its first bytes are certain. */
export interface PartRecord extends Version {
  readonly whole: number
}

/** The saved state of a copied file: the version of its source, and whether the copy has its time. */
export interface CopiedRecord extends Version {
  readonly timeKept: boolean
}

/** Returns false if a side reports no size or time, since a change would go unnoticed. */
export function sameVersion(a: Version, b: Version): boolean {
  return a.size === b.size && sameTime(a.mtimeMs, b.mtimeMs)
}

/** SFTP has a resolution of one second, some disks of two. */
export function sameTime(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && Math.abs(a - b) < 2_000
}

/**
 * Returns how many of the first bytes of a part file certainly match the source: a copy is at most one window ahead of
 * its first gap, so everything before that is complete, unless its end differs. 0 if nothing can be kept.
 */
export async function provenLength(
  {
    source,
    part,
    whole,
    append,
    known,
  }: {
    source: ReadableFile
    part: WritableFile
    whole: Version
    append: boolean
    known: number
  },
  info: FileInfo,
): Promise<number> {
  const most = Math.min(info.size, whole.size)
  const length = append ? most : Math.max(Math.min(known, most), keptLength(info.size, whole.size))
  if (length === 0) return 0
  const tail = Math.min(tailBytes, length)
  const [ours, theirs] = await Promise.all([readAll(source, length - tail, tail), readAll(part, length - tail, tail)])
  return ours.equals(theirs) ? length : 0
}

/** The calculation for a part of `partSize` bytes and a source of `wholeSize` bytes. */
export function keptLength(partSize: number, wholeSize: number): number {
  return Math.max(0, Math.min(partSize, wholeSize) - largestWindow)
}

async function readAll(file: ReadableFile | WritableFile, offset: number, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let done = 0; done < length;) {
    const data = await file.read(offset + done, length - done)
    if (data.length === 0) break
    parts.push(data)
    done += data.length
  }
  return Buffer.concat(parts)
}
