import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { FileSystem } from '../files/file-system.ts'
import { sameVersion } from './part-file.ts'
import type { Item } from './placement.ts'

/** Completes the move of one copied file: deletes the source if it has not changed. */
export async function takeAway(source: FileSystem, { from, info }: Item): Promise<void> {
  const now = await source.info(from)
  if (now && sameVersion(now, info)) await source.removeFile(from)
  else if (now) throw leftBehind(now, from, source.label)
}

function leftBehind(now: FileInfo, path: string, where: string): AppError {
  const name = shortName(nameOf(path))
  if (now.mtimeMs !== null)
    return new AppError('changed', `${name} changed after it was copied, so the original was not deleted.`)
  return new AppError(
    'changed',
    `${where} reports no modification times, so ${name} was copied but not deleted. Delete the original yourself.`,
  )
}
