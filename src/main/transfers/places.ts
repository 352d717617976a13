import { AppError } from '../../shared/base/errors.ts'
import { isSafeName, isWithin, joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { TransferRequest } from '../../shared/contract/transfers.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { ProgressMeter } from './progress-meter.ts'
import type { TargetFolder } from './target-folders.ts'

interface PlacesParts {
  readonly request: TransferRequest
  readonly source: FileSystem
  readonly target: FileSystem
  readonly meter: ProgressMeter
}

/**
 * Returns the starts to be copied into their own folder. Rejects copying a folder into itself, whatever form the paths
 * have.
 */
export async function checkPlaces({ request, source, target }: PlacesParts): Promise<ReadonlySet<string>> {
  const inPlace = new Set<string>()
  // The same machine, possibly as another user.
  if (JSON.stringify(request.from.side.target) !== JSON.stringify(request.to.side.target)) return inPlace
  const to = await target.realPath(request.to.path)
  for (const path of request.from.paths) {
    const parent = await source.realPath(parentOf(path))
    const name = shortName(nameOf(path))
    if (parent === to) inPlace.add(path)
    else if (isWithin(to, joinPath(parent, nameOf(path))))
      throw new AppError('invalid-input', `${name} can’t be copied into itself.`)
    if (parent === to && request.options.move && (request.rename ?? nameOf(path)) === nameOf(path))
      throw new AppError('invalid-input', `${name} is already in this folder.`)
  }
  return inPlace
}

/** Moves within one side by renaming, unless a name is taken or the target is on another disk. */
export async function moveAtOnce(
  { request, source, target, meter }: PlacesParts,
  root: TargetFolder,
  fail: (path: string, error: unknown) => void,
): Promise<boolean> {
  if (!request.options.move || source.key !== target.key) return false
  const names = request.from.paths.map(path => request.rename ?? nameOf(path))
  // Starts without a usable name are rejected one by one.
  for (const name of names) if (!isSafeName(name) || (await root.find(name)) !== undefined) return false
  meter.filesTotal = names.length
  for (const [index, path] of request.from.paths.entries()) {
    try {
      await source.rename(path, joinPath(request.to.path, names[index] as string))
      meter.files++
    } catch (error) {
      if (index === 0 && (error as AppError).code === 'files-failed') return ((meter.filesTotal = 0), false)
      fail(path, error)
    }
  }
  return true
}
