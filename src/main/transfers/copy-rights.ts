import type { FileInfo } from '../../shared/contract/files.ts'
import { tryChange, withoutGroup } from '../files/attributes.ts'
import type { FileChange, FileSystem } from '../files/file-system.ts'

/** The mode and owner of a copy, and when they are set. */
export interface CopyRights {
  /** The mode for creating the file, writable for its owner; undefined leaves it to the side. */
  readonly create: number | undefined
  /** The mode that the server's umask may reduce; undefined if `change` contains the full mode. */
  readonly made: number | undefined
  /** The attributes to set once the file is written. */
  readonly change: Pick<FileChange, 'mode' | 'owner'>
}

interface Copied {
  /** The mode of the source; null if its side has none. */
  readonly mode: number | null
  /** The owner to give the copy, if requested. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
  /** The replaced file. */
  readonly standing: FileInfo | null
  /** The umask of the target; null if its server applies its own. */
  readonly umask: number | null
}

/**
 * A file that replaces another keeps that one's permissions, owner and group. A new file gets the source's permissions,
 * reduced by the target's umask or the default ACL of its folder; if the source has none, the target's defaults.
 * Setuid, setgid and sticky bits are never copied.
 */
export function rightsFor({ mode, owner, standing, umask }: Copied): CopyRights {
  const heir = standing?.mode == null ? null : standing
  const inherited = heir?.uid == null || heir.gid === null ? null : { uid: heir.uid, gid: heir.gid }
  const to = owner ?? inherited
  const change = to ? { owner: to } : {}
  if (heir?.mode != null) return exactly(heir.mode & 0o777, change)
  if (mode === null) return { create: undefined, made: undefined, change }
  const wanted = mode & 0o777
  // A umask can't reduce a mode that gives nothing to others in any way that matters.
  if (umask !== null || (wanted & 0o077) === 0) return exactly(wanted & ~(umask ?? 0), change)
  return { create: wanted | 0o600, made: wanted, change }
}

function exactly(mode: number, change: CopyRights['change']): CopyRights {
  return { create: mode | 0o600, made: undefined, change: { ...change, mode } }
}

/**
 * Gives a new file the group of the file that it replaces, if the owner as a whole was refused. If that is refused too,
 * the group permissions must not go to another group: the group gets the same as everyone else.
 */
export async function keepGroup(files: FileSystem, path: string, standing: FileInfo): Promise<void> {
  const { gid, mode } = standing
  const now = await files.info(path)
  if (!now || now.uid === null || gid === null || now.gid === null || now.gid === gid) return
  const side = { change: (change: FileChange) => files.change(path, change) }
  const kept = await tryChange(side, { owner: { uid: now.uid, gid } })
  if (!kept && mode !== null) await tryChange(side, { mode: withoutGroup(mode) })
}
