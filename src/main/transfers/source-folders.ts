import { ignoreRefusal, tryChange, umaskGave } from '../files/attributes.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { Item } from './placement.ts'
import { unlessEnding } from './transfer-plan.ts'

interface FinishingFolders {
  readonly source: FileSystem
  /** True for a folder that this transfer created, including earlier runs. */
  readonly wasMade: (path: string) => boolean
  /** True for a folder whose source is to be deleted once it is empty. */
  readonly goes: (item: Item, path: string) => Promise<boolean>
}

/** The folders that a transfer found, and their attributes for the target. */
export class SourceFolders {
  readonly #target: FileSystem
  readonly #found: { readonly item: Item; readonly path: string }[] = []
  readonly #modes = new Map<string, number>()
  /** The modes that the target was seen to respect: a tree uses few, and each check costs a round trip. */
  readonly #heeded = new Set<number>()

  constructor(target: FileSystem) {
    this.#target = target
  }

  /** Adds a folder that belongs at `path`. */
  add(item: Item, path: string): void {
    const { mode } = item.info
    this.#found.push({ item, path })
    if (mode !== null) this.#modes.set(path, mode & 0o777 & ~(this.#target.umask ?? 0))
  }

  /** Returns the mode for creating a folder; undefined leaves it to the target. */
  modeOf(path: string): number | undefined {
    return this.#modes.get(path)
  }

  /**
   * Sets the mode and time of the new folders once nothing is written to them any more; moved ones are deleted if
   * empty.
   */
  async finish({ source, wasMade, goes }: FinishingFolders): Promise<void> {
    for (const { item, path } of this.#found.toReversed()) {
      if (wasMade(path)) {
        const mode = await this.#missingMode(path)
        const { mtimeMs } = item.info
        await tryChange(
          { change: each => this.#target.change(path, each) },
          { ...(mode === undefined ? {} : { mode }), ...(mtimeMs === null ? {} : { mtimeMs }) },
        )
      }
      // Empty ones only: items that were not copied stay in their folder.
      if (await goes(item, path)) await source.removeFolder(item.from).catch(unlessEnding)
    }
  }

  /**
   * Returns the mode that a folder still needs at the end, because it was created with more permissions than the source
   * has, or the side ignored the requested mode. Undefined if none is needed. Setgid, inherited from the parent, stays.
   */
  async #missingMode(path: string): Promise<number | undefined> {
    const wanted = this.#modes.get(path)
    if (wanted === undefined || this.#heeded.has(wanted)) return undefined
    const now = await this.#target.info(path).catch((error: unknown) => (ignoreRefusal(error), null))
    if (now?.mode == null) return undefined
    if (umaskGave(now.mode, wanted)) return void this.#heeded.add(wanted)
    return (now.mode & 0o7000) | (wanted & (now.mode | 0o700))
  }
}
