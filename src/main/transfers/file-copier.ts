import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { pause } from '../work/pause.ts'
import { copyFile } from './copy-file.ts'
import type { CopyFileOptions } from './copy-options.ts'
import type { CopiedRecord } from './part-file.ts'
import type { Destination, Item } from './placement.ts'
import { takeAway } from './take-away.ts'
import { endsTransfer, worthAnotherTry } from './transfer-plan.ts'
import type { TransferRunParts } from './transfer-run-parts.ts'

const tries = 3
const retryMs = 400

/** Copies single files of a run, and notes what became of them for the next run. */
export class FileCopier {
  readonly #parts: TransferRunParts
  readonly #signal: AbortSignal
  readonly #copied: Map<string, CopiedRecord>
  #announcedInPlace = false

  /** `signal` ends the copies of this run; the one of `parts` is that of the whole transfer. */
  constructor(parts: TransferRunParts, copied: Map<string, CopiedRecord>, signal: AbortSignal) {
    this.#parts = parts
    this.#copied = copied
    this.#signal = signal
  }

  /** Copies one file to its place, with retries, and takes the source away when it is moved. */
  async copyTo(item: Item, place: Destination): Promise<void> {
    const { meter, target, parts, locks } = this.#parts
    const lock = await locks.hold(`${target.key} ${place.to}`)
    let copied: { info: FileInfo; timeKept: boolean }
    try {
      copied = await this.#withRetries(item, place)
    } finally {
      lock.dispose()
    }
    parts.delete(place.to)
    meter.files++
    this.noteCopied({ ...item, info: copied.info }, copied.timeKept)
    await this.takeAway({ ...item, info: copied.info })
  }

  /** Records what the next run could not infer from the files: what may be deleted, and what has another time. */
  noteCopied({ from, info: { size, mtimeMs } }: Item, timeKept: boolean): void {
    if (timeKept && !this.#parts.request.options.move) return
    this.#copied.set(from, { size, mtimeMs, timeKept })
    this.#parts.onPartsChanged()
  }

  /** Ends a move: the source goes, unless it was reached through a link. */
  async takeAway(item: Item): Promise<void> {
    if (!this.#parts.request.options.move || item.viaLink === true) return
    await takeAway(this.#parts.source, item)
    this.#copied.delete(item.from)
  }

  /** Resolves to the copied version, and whether the copy has its time. */
  async #withRetries(item: Item, how: Destination): Promise<{ info: FileInfo; timeKept: boolean }> {
    const { meter, source } = this.#parts
    for (let attempt = 1; ; attempt++) {
      const before = meter.bytes
      const first = attempt === 1
      try {
        const info = first ? item.info : ((await source.info(item.from)) ?? item.info)
        const options = this.#optionsFor({ ...item, info }, first ? how : { ...how, append: false })
        return { info, timeKept: await copyFile(first ? options : { ...options, resume: null }) }
      } catch (error) {
        // A partial file counts towards progress if it can be resumed.
        if (!endsTransfer(error)) meter.bytes = before
        if (attempt === tries || !worthAnotherTry(error) || this.#parts.signal.aborted) throw error
        await pause(retryMs * 3 ** (attempt - 1), this.#signal)
      }
    }
  }

  #optionsFor(item: Item, { to, replace, append, standing }: Destination): CopyFileOptions {
    const { source, target, request, meter, parts, pass, onPartsChanged } = this.#parts
    return {
      source,
      target,
      from: item.from,
      to,
      info: item.info,
      replace,
      standing,
      append,
      resume: append ? { ...item.info, whole: 0 } : (parts.get(to) ?? null),
      keepOwner: request.options.keepOwner,
      verify: request.options.verify,
      signal: this.#signal,
      pass,
      onPart: ({ size, mtimeMs }, whole) => {
        parts.set(to, { size, mtimeMs, whole })
        onPartsChanged()
      },
      onBytes: bytes => void (meter.bytes += bytes),
      onPartSettled: left => {
        if (!left) parts.delete(to)
        else if (!parts.has(to)) parts.set(to, { size: item.info.size, mtimeMs: item.info.mtimeMs, whole: 0 })
        onPartsChanged()
      },
      onInPlace: path => this.#sayInPlace(path),
    }
  }

  /** Announced once for all files of a run. */
  #sayInPlace(path: string): void {
    if (this.#announcedInPlace) return
    this.#announcedInPlace = true
    const [name, where] = [shortName(nameOf(path)), this.#parts.target.label]
    this.#parts.onNote?.(
      `Files can’t be replaced in the folder of ${name} on ${where}, so ${name} is overwritten in place.`,
    )
  }
}
