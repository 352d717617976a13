import type { FileInfo } from '../../shared/contract/files.ts'
import { tryChange, withoutGroup } from '../files/attributes.ts'
import type { FileChange, FileSystem } from '../files/file-system.ts'

/** The mode and owner of a copy, and when they are asked for. */
export interface CopyRights {
  /** The mode to make the file with, writable for its owner; undefined leaves it to the side. */
  readonly create: number | undefined
  /** The mode that its server's umask may take bits of; undefined where `change` has the whole mode. */
  readonly made: number | undefined
  /** What is set once it is written. */
  readonly change: Pick<FileChange, 'mode' | 'owner'>
}

interface Copied {
  /** The mode of the source; null where its side has none. */
  readonly mode: number | null
  /** The owner that the copy is to have, where that was asked for. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
  /** The file that is replaced. */
  readonly standing: FileInfo | null
  /** The umask of the target; null where its server sees to it. */
  readonly umask: number | null
}

/**
 * A file that replaces another keeps that one's permissions, owner and group. A new one gets the source's permissions, of
 * which the target's umask, or the default ACL of its folder, takes what it takes; without any it gets what the target
 * gives new files. Setuid, setgid and sticky are never copied.
 */
export function rightsFor({ mode, owner, standing, umask }: Copied): CopyRights {
  const heir = standing?.mode == null ? null : standing
  const inherited = heir?.uid == null || heir.gid === null ? null : { uid: heir.uid, gid: heir.gid }
  const to = owner ?? inherited
  const change = to ? { owner: to } : {}
  if (heir?.mode != null) return exactly(heir.mode & 0o777, change)
  if (mode === null) return { create: undefined, made: undefined, change }
  const wanted = mode & 0o777
  // Of a mode that gives others nothing a umask can take nothing that counts.
  if (umask !== null || (wanted & 0o077) === 0) return exactly(wanted & ~(umask ?? 0), change)
  return { create: wanted | 0o600, made: wanted, change }
}

function exactly(mode: number, change: CopyRights['change']): CopyRights {
  return { create: mode | 0o600, made: undefined, change: { ...change, mode } }
}

/**
 * Gives a new file the group of the file that it replaces, where the side refused the owner as a whole. Where that is
 * refused too, the permissions of that group go to no other: the group gets what everybody has.
 */
export async function keepGroup(files: FileSystem, path: string, standing: FileInfo): Promise<void> {
  const { gid, mode } = standing
  const now = await files.info(path)
  if (!now || now.uid === null || gid === null || now.gid === null || now.gid === gid) return
  const side = { change: (change: FileChange) => files.change(path, change) }
  const kept = await tryChange(side, { owner: { uid: now.uid, gid } })
  if (!kept && mode !== null) await tryChange(side, { mode: withoutGroup(mode) })
}
