import type { Entry, FileInfo } from '../../shared/contract/files.ts'
import type { FileSystem } from '../files/file-system.ts'
import { sameMeaning } from '../files/link-meaning.ts'
import { partPathOf } from './part-file.ts'
import { freeIn, type Item, type Placement } from './placement.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { within, type TargetFolder } from './target-folders.ts'

export interface LinkCopy {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly placement: Placement
  readonly meter: ProgressMeter
  /** The names given to copies that keep both files, by source, including earlier runs. */
  readonly names: Map<string, string>
  /** True for a source that an earlier run of this transfer copied. */
  readonly wasCopied: (from: string) => boolean
  /** Called when a link was created at this path. */
  readonly onMade: (path: string) => void
  /** Called when the link exists, created by this run or an earlier one: a move may delete the source. */
  readonly onCopied: (item: Item) => Promise<void>
}

/** Creates a link on the target with the source's target; asks if its name is taken by something else. */
export async function copyLink(options: LinkCopy, item: Item): Promise<void> {
  const { source, target, placement, meter, names, onMade } = options
  const folder = await placement.folderOf(item.names.slice(0, -1))
  const given = names.get(item.from)
  const name = given ?? (item.names.at(-1) as string)
  const path = within(folder, name)
  const leads = (item.info as Entry).link?.target ?? (await source.readLink(item.from))
  const there = await folder.find(name)
  if (!there) {
    folder.take(name, item.info)
    onMade(path)
    await target.makeLink(leads, path)
  } else if (await isSameLink(target, { there, folder, path, leads })) {
    // The link may have existed before: being identical doesn't make it the copy.
    if (!options.wasCopied(item.from)) return void (meter.skipped++, meter.files++)
  } else {
    const verdict = await placement.decide(item, path, there)
    if (verdict === 'skip') return void (meter.skipped++, meter.files++)
    if (verdict === 'keep-both') {
      const free = await freeIn(folder, name)
      names.set(item.from, free)
      folder.take(free, item.info)
      onMade(within(folder, free))
      await target.makeLink(leads, within(folder, free))
    } else {
      folder.take(name, item.info)
      onMade(path)
      await replaceByLink(target, path, leads)
    }
  }
  meter.files++
  await options.onCopied(item)
}

interface Standing {
  readonly there: FileInfo
  readonly folder: TargetFolder
  readonly path: string
  readonly leads: string
}

async function isSameLink(target: FileSystem, { there, folder, path, leads }: Standing): Promise<boolean> {
  if (there.kind !== 'link') return false
  const old = await target.readLink(path).catch(() => null)
  return old !== null && sameMeaning(folder.path, old, leads)
}

// Created beside it first: a side without symlinks must not lose the file.
async function replaceByLink(target: FileSystem, path: string, leads: string): Promise<void> {
  const part = partPathOf(path)
  await target.removeFile(part).catch(() => {})
  await target.makeLink(leads, part)
  try {
    await target.replace(part, path)
  } catch (error) {
    await target.removeFile(part).catch(() => {})
    throw error
  }
}
