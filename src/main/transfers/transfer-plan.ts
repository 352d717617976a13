import { joinPath } from '../../shared/base/paths.ts'
import { isDeviceName } from '../../shared/base/local-file-path.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { ConflictChoice } from '../../shared/contract/transfers.ts'
import type { Pace } from '../files/file-system.ts'
import { cutName, encodeName } from '../sftp/byte-names.ts'
import { sameTime } from './part-file.ts'
import type { Lane } from './work-queue.ts'

// The limit of most disks, in bytes.
const longestName = 255

/** The decision about one file whose name is taken. */
export type ConflictVerdict = 'replace' | 'keep-both' | 'skip' | 'resume'

/** Applies the user's choice to a pair of files. */
export function judgeConflict(choice: ConflictChoice, source: FileInfo, target: FileInfo): ConflictVerdict {
  switch (choice) {
    case 'newer':
      return isNewer(source, target) ? 'replace' : 'skip'
    case 'different':
      return !target.oddSize && source.size === target.size && sameTime(source.mtimeMs, target.mtimeMs)
        ? 'skip'
        : 'replace'
    case 'resume':
      return canResume(source, target) ? 'resume' : source.size === target.size ? 'skip' : 'replace'
    default:
      return choice
  }
}

/** True if the target could be the beginning of the source. */
export function canResume(source: FileInfo, target: FileInfo): boolean {
  return source.kind === 'file' && target.kind === 'file' && target.size > 0 && target.size < source.size
}

/**
 * Returns the first free name like `name`: `data (2).csv` for `data.csv`. The stem is cut if the name would be too long
 * for disks.
 */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  const [, stem = name, ending = ''] = /^(.+?)((?:\.tar)?\.[^./\s]{1,12})?$/su.exec(name) ?? []
  for (let number = 2; ; number++) {
    const rest = ` (${number})${ending}`
    const candidate = `${cutName(stem, longestName - encodeName(rest).length)}${rest}`
    if (!isTaken(candidate)) return candidate
  }
}

// What Windows can't have in a name.
// eslint-disable-next-line no-control-regex -- controls are among them
const badOnWindows = /[<>:"\\|?*\u0000-\u001f]|[. ]$/g

/** Returns the local name of a file: unchanged, or on Windows with `%` codes for forbidden characters. */
export function localName(name: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return name
  const code = (character: string) => `%${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0').toUpperCase()}`
  const mapped = name.replace(badOnWindows, code).replace(/\p{Cs}/gu, character => {
    const byte = encodeName(character)[0] ?? 0
    return `%${byte.toString(16).toUpperCase()}`
  })
  return isDeviceName(mapped) ? `_${mapped}` : mapped
}

/**
 * Returns how many files to copy in parallel: with a long round trip, as many as both sides allow, since most of them
 * just wait.
 */
export function filesAtOnce(source: Pace, target: Pace): Readonly<Record<Lane, number>> {
  const isFar = Math.max(source.roundTripMs, target.roundTripMs) > nearMs
  const most = Math.min(source.files, target.files)
  return { small: isFar ? most : Math.min(mostNear, most), large: 2 }
}

const nearMs = 4
const mostNear = 48

/** Returns the target path of the names below a start of the walk. */
export function targetPath(folder: string, names: readonly string[]): string {
  return names.reduce(joinPath, folder)
}

function isNewer(source: FileInfo, target: FileInfo): boolean {
  if (source.mtimeMs === null || target.mtimeMs === null) return true
  return source.mtimeMs > target.mtimeMs && !sameTime(source.mtimeMs, target.mtimeMs)
}

/** True for an error that makes continuing with other files pointless: the connection is lost, or the disk is full. */
export function endsTransfer(error: unknown): boolean {
  return ending.has((error as { code?: unknown }).code)
}

/** Ignores a failure of one file, and rethrows an error that ends the transfer. */
export function unlessEnding(error: unknown): void {
  if (endsTransfer(error)) throw error
}

/** True for a failure of one file that may soon go away. */
export function worthAnotherTry(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'changed' || code === 'files-failed'
}

const ending = new Set<unknown>([
  'lost',
  'timed-out',
  'cancelled',
  'unreachable',
  'refused',
  'name-not-found',
  'no-space',
  'auth-failed',
  'needs-answer',
  'host-key-rejected',
])
