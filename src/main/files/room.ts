import { parentOf } from '../../shared/base/paths.ts'
import { fileError } from './file-errors.ts'
import type { FileSystem } from './file-system.ts'

/**
 * Throws `no-space` where a disk has no room for `size` bytes in the place of a file of `standing` bytes: before it is
 * written over, since what it held would be lost. A side that can't tell, or won't, is taken to have room.
 */
export async function refuseWhereFull(
  files: FileSystem,
  path: string,
  { size, standing }: { readonly size: number; readonly standing: number },
): Promise<void> {
  if (size <= standing) return
  const space = await files.space(parentOf(path)).catch(() => null)
  if (space !== null && size > space.free + standing) throw fileError('no-space', { path, where: files.label })
}
