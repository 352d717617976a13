import { isSafeName } from '../../shared/base/paths.ts'
import type { Entry, FileInfo, FileKind } from '../../shared/contract/files.ts'
import { decodeName } from '../sftp/byte-names.ts'
import type { Attributes } from '../sftp/codec.ts'
import type { NamedEntry } from '../sftp/replies.ts'

/** Converts a name from the server to an entry; null for `.`, `..`, and names that are not valid. */
export function toEntry({ name, longName, attributes }: NamedEntry): Entry | null {
  const decoded = decodeName(name)
  if (!isSafeName(decoded)) return null
  const line = longName.toString('latin1')
  // `-rw-r--r--    1 owner    group     348911 Mar 25 14:29 name` (section 7)
  const [, owner, group] = /^[-a-zA-Z][^\s]*\s+\d+\s+([^\s]{1,64})\s+([^\s]{1,64})\s/.exec(line) ?? []
  const info = toInfo(attributes, line)
  return { name: decoded, ...info, owner: owner ?? null, group: group ?? null, link: null }
}

/** Converts SFTP attributes; times become milliseconds. */
export function toInfo({ mode, size, mtime, uid, gid }: Attributes, longName = ''): FileInfo {
  return {
    kind: mode === undefined ? kindOfLetter(longName[0]) : kindOfMode(mode),
    size: size ?? 0,
    ...(size === null ? { oddSize: true as const } : {}),
    mtimeMs: mtime === undefined ? null : mtime * 1000,
    mode: mode === undefined ? null : mode & 0o7777,
    uid: uid ?? null,
    gid: gid ?? null,
  }
}

// The four bits above the permissions contain the type, as in POSIX's st_mode.
function kindOfMode(mode: number): FileKind {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file'
    case 0o040000:
      return 'folder'
    case 0o120000:
      return 'link'
    case 0:
      return 'file'
    default:
      return 'special'
  }
}

function kindOfLetter(letter: string | undefined): FileKind {
  return letter === 'd'
    ? 'folder'
    : letter === 'l'
      ? 'link'
      : letter === '-' || letter === undefined
        ? 'file'
        : 'special'
}
