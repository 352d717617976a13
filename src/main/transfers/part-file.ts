import { createHash } from 'node:crypto'

import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { ReadableFile, WritableFile } from '../files/file-system.ts'
import { encodeName } from '../sftp/byte-names.ts'
import { largestWindow } from './adaptive-window.ts'

const ending = '.hawser-part'
const longestName = 255
const tailBytes = 256 * 1024

/** The file beside `path` that a copy is written to until it is whole; shortened where the name would be too long. */
export function partPathOf(path: string): string {
  const whole = `.${nameOf(path)}${ending}`
  if (encodeName(whole).length <= longestName) return joinPath(parentOf(path), whole)
  const hash = createHash('sha256')
    .update(encodeName(nameOf(path)))
    .digest('hex')
    .slice(0, 32)
  return joinPath(parentOf(path), `.${hash}${ending}`)
}

/** True for a name that a copy under way has. */
export function isPartName(name: string): boolean {
  return name.startsWith('.') && name.endsWith(ending)
}

/** What tells one version of a file from another. */
export interface Version {
  readonly size: number
  readonly mtimeMs: number | null
}

/** What is kept about a part file: what it was begun from, and how many of its first bytes are written for certain. */
export interface PartRecord extends Version {
  readonly whole: number
}

/** What is kept about a file that was copied whole: the version of its source, and whether the copy has its time. */
export interface CopiedRecord extends Version {
  readonly timeKept: boolean
}

/** False where a side tells no size or time: nobody knows then what was changed. */
export function sameVersion(a: Version, b: Version): boolean {
  return a.size === b.size && sameTime(a.mtimeMs, b.mtimeMs)
}

/** SFTP knows whole seconds, some disks only every second one. */
export function sameTime(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && Math.abs(a - b) < 2_000
}

/**
 * How many of the first bytes of a part file are surely the source's: a copy runs at most one window ahead of its first
 * gap, so all before that is whole, unless the end of it differs. 0 when nothing can be kept.
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

/** The arithmetic of it: of a part of `partSize` bytes, for a source of `wholeSize`. */
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
