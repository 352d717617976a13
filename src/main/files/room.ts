import { parentOf } from '../../shared/base/paths.ts'
import { fileError } from './file-errors.ts'
import type { FileSystem } from './file-system.ts'

/**
 * Throws `no-space` if a disk has no room for `size` bytes in place of a file of `standing` bytes. Checked before the file
 * is overwritten, which loses its contents. A side that can't report its free space is assumed to have room.
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
