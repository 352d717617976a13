import { eachOf } from '../files/each-of.ts'
import type { FileCopier } from './file-copier.ts'
import { canPack, fewestPacked, pack, packedBytes, stagedPath, type PackedFile } from './pack.ts'
import { isSkip, type Item, type Placement, type Skip } from './placement.ts'
import type { TransferRunParts } from './transfer-run-parts.ts'
import type { WorkQueue } from './work-queue.ts'

export interface SmallFileParts {
  readonly run: TransferRunParts
  readonly copier: FileCopier
  readonly placement: Placement
  readonly queue: WorkQueue
  readonly signal: AbortSignal
  /** Does work for a path and reports its failure. */
  readonly guard: (path: string, work: () => Promise<void>) => Promise<void>
  /** Queues a file to be copied by itself. */
  readonly queueOne: (item: Item) => void
  readonly skip: (item: Item, how: Skip) => void
}

const maxPacked = 4_000

/** The small files of a run, which wait for company, to travel as one stream. */
export class SmallFilePacks {
  readonly #parts: SmallFileParts
  readonly #waiting: Item[] = []
  #packs: Promise<boolean> = Promise.resolve(false)

  constructor(parts: SmallFileParts) {
    this.#parts = parts
  }

  /** Finds out whether both sides can pack; until then, and where they can't, files travel one by one. */
  begin(): void {
    const { source, target } = this.#parts.run
    this.#packs = canPack(source, target)
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Takes a file that is small enough; false for any other one. */
  take(item: Item): boolean {
    const { size } = item.info
    if (size === 0 || size > packedBytes) return false
    this.#waiting.push(item)
    if (this.#waiting.length >= maxPacked) this.send()
    return true
  }

  /** Sends the files that wait: as one stream where that is quicker, else one by one. */
  send(): void {
    const { queue, guard, queueOne } = this.#parts
    const items = this.#waiting.splice(0)
    if (items.length < fewestPacked) return items.forEach(queueOne)
    queue.add('large', () =>
      guard(items[0]?.from ?? '', async () => {
        if (!(await this.#packs)) return items.forEach(queueOne)
        await this.#pack(items)
      }),
    )
  }

  async #pack(items: readonly Item[]): Promise<void> {
    const { copier, placement, queue, guard, skip, signal } = this.#parts
    const { source, target, meter, pass, parts, onPartsChanged } = this.#parts.run
    const byTarget = new Map<string, Item>()
    const files: PackedFile[] = []
    await eachOf(items, 64, item =>
      guard(item.from, async () => {
        const place = await placement.of(item)
        if (isSkip(place)) return skip(item, place)
        if (place.append) return copier.copyTo(item, place)
        byTarget.set(place.to, item)
        const { to, replace, standing } = place
        files.push({ from: item.from, to, info: item.info, replace, standing })
      }),
    )
    if (files.length === 0) return
    meter.packed = true
    const done = new Set<string>()
    const count = ({ info }: PackedFile, step: 1 | -1) => {
      meter.files += step
      meter.bytes += step * info.size
    }
    const onDone = (file: PackedFile) => {
      done.add(file.to)
      count(file, 1)
    }
    // Noted before it is created, so that the folder is deleted in the end even if the program is killed.
    const staged = stagedPath(files)
    if (target.commands) parts.set(staged, { size: 0, mtimeMs: null, whole: 0 })
    onPartsChanged()
    const onStageGone = () => parts.delete(staged)
    const left = await pack({ source, target, files, signal, pass, onDone, onStageGone })
    meter.packed = false
    const missing = new Set(left.map(({ to }) => to))
    for (const file of left) {
      const { to, replace, standing } = file
      if (done.has(to)) count(file, -1)
      const item = byTarget.get(to) as Item
      const place = { to, replace, append: false, standing }
      queue.add('small', () => guard(item.from, () => copier.copyTo(item, place)))
    }
    const moved = files.flatMap(({ to }) => (missing.has(to) ? [] : [byTarget.get(to) as Item]))
    for (const item of moved) copier.noteCopied(item, true)
    await eachOf(moved, 64, item => guard(item.from, () => copier.takeAway(item)))
  }
}
