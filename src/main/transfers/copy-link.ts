import type { Entry } from '../../shared/contract/files.ts'
import type { FileSystem } from '../files/file-system.ts'
import { sameMeaning } from '../files/link-meaning.ts'
import { partPathOf } from './part-file.ts'
import { taken, type Item, type Placement } from './placement.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { within } from './target-folders.ts'
import { freeName } from './transfer-plan.ts'

export interface LinkCopy {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly placement: Placement
  readonly meter: ProgressMeter
  /** True to take the source away afterwards. */
  readonly move: boolean
}

/** Makes a link anew on the target, leading where the source leads; asks when its name is taken by something else. */
export async function copyLink({ source, target, placement, meter, move }: LinkCopy, item: Item): Promise<void> {
  const folder = await placement.folderOf(item.names.slice(0, -1))
  const name = item.names.at(-1) as string
  const leads = (item.info as Entry).link?.target ?? (await source.readLink(item.from))
  const there = folder.at(name)
  if (there) {
    const path = within(folder, name)
    const old = there.kind === 'link' ? await target.readLink(path).catch(() => null) : null
    const same = old !== null && sameMeaning(folder.path, old, leads)
    const verdict = same ? 'skip' : await placement.decide(item, path, there)
    if (verdict === 'skip') return void (meter.skipped++, meter.files++)
    if (verdict === 'keep-both') await target.makeLink(leads, within(folder, freeName(name, taken(folder))))
    else await replaceByLink(target, path, leads)
  } else await target.makeLink(leads, within(folder, name))
  meter.files++
  if (move && item.viaLink !== true) await source.removeFile(item.from)
}

// Made beside it first: a side that makes no links must not lose the file for one.
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
