import { ignoreRefusal, tryChange, umaskGave } from '../files/attributes.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { Item } from './placement.ts'
import { unlessEnding } from './transfer-plan.ts'

interface FinishingFolders {
  readonly source: FileSystem
  /** True for a folder that this transfer made, in earlier runs too. */
  readonly wasMade: (path: string) => boolean
  /** True for a folder whose source goes once it is empty. */
  readonly goes: (item: Item, path: string) => Promise<boolean>
}

/** The folders that a transfer found, with what they are to be on the target. */
export class SourceFolders {
  readonly #target: FileSystem
  readonly #found: { readonly item: Item; readonly path: string }[] = []
  readonly #modes = new Map<string, number>()
  /** The modes that the target was seen to make folders with: a tree has few, and each look is a round trip. */
  readonly #heeded = new Set<number>()

  constructor(target: FileSystem) {
    this.#target = target
  }

  /** Notes a folder that belongs at `path`. */
  add(item: Item, path: string): void {
    const { mode } = item.info
    this.#found.push({ item, path })
    if (mode !== null) this.#modes.set(path, mode & 0o777 & ~(this.#target.umask ?? 0))
  }

  /** The mode that a folder is to have; undefined leaves it to the target. */
  modeOf(path: string): number | undefined {
    return this.#modes.get(path)
  }

  /**
   * Gives the new folders their mode and time, when nothing is written into them any more; moved ones go when they are
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
      // Empty ones only: what was not copied stays in its folder.
      if (await goes(item, path)) await source.removeFolder(item.from).catch(unlessEnding)
    }
  }

  /**
   * The mode that a folder has to be given at the end: it was made with more than the source has, or by a side that does
   * not heed the mode that folders are made with. Undefined where it has it. Setgid, which it has of its parent, stays.
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
