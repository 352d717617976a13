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

/** The starts that are to be copied into the folder they lie in. Refuses what would go into itself, whatever way the paths take. */
export async function checkPlaces({ request, source, target }: PlacesParts): Promise<ReadonlySet<string>> {
  const inPlace = new Set<string>()
  // The same machine, be it as another user.
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

/** On one side a move is a change of name, unless something is in the way or it goes to another disk. */
export async function moveAtOnce(
  { request, source, target, meter }: PlacesParts,
  root: TargetFolder,
  fail: (path: string, error: unknown) => void,
): Promise<boolean> {
  if (!request.options.move || source.key !== target.key) return false
  const names = request.from.paths.map(path => request.rename ?? nameOf(path))
  // What has no name of its own is refused one by one.
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
