import { cancelled } from '../../shared/base/abort.ts'
import type { ReadableFile, WritableFile } from '../files/file-system.ts'
import { AdaptiveWindow, largestWindow } from './adaptive-window.ts'

export interface PumpOptions {
  readonly source: ReadableFile
  readonly target: WritableFile
  /** The first byte to copy. */
  readonly from: number
  /** Where the source is said to end. */
  readonly size: number
  readonly chunk: number
  readonly signal: AbortSignal
  /** Waits for the speed limit, where one is set. */
  readonly pass: (bytes: number) => Promise<void> | undefined
  readonly onBytes: (bytes: number) => void
  /** All before this offset was written, in the target's own words. */
  readonly onWhole: (offset: number) => void
}

/**
 * Copies from `from` to the end of the source with many chunks under way. Answers where the source really ended, which
 * is `size` unless it changed. Rejects with the first failure once nothing is under way any more.
 */
export function pump(options: PumpOptions): Promise<number> {
  return new Pump(options).run()
}

class Pump {
  readonly #options: PumpOptions
  readonly #window = new AdaptiveWindow(performance.now())
  // The offsets under way, in order: the first is where the first gap is.
  readonly #running = new Set<number>()
  #inFlight = 0
  #next: number
  #end: number
  #failure: { readonly error: unknown } | undefined
  #settle: () => void = () => {}
  #waiting = false
  #probing: Promise<Uint8Array> | undefined

  constructor(options: PumpOptions) {
    this.#options = options
    this.#next = options.from
    this.#end = options.size
  }

  async run(): Promise<number> {
    const { signal } = this.#options
    const abort = () => this.#fail(cancelled())
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    try {
      await new Promise<void>(resolve => {
        this.#settle = resolve
        this.#go()
      })
      if (this.#failure) throw this.#failure.error
      if (this.#end < this.#options.size) return this.#end
      return await this.#beyond(await this.#probe())
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  // Asked for beside the last chunks: is there more than there should be?
  #probe(): Promise<Uint8Array> {
    this.#probing ??= this.#options.source.read(this.#options.size, this.#options.chunk)
    this.#probing.catch(() => {})
    return this.#probing
  }

  #go(): void {
    const { chunk } = this.#options
    while (!this.#failure && !this.#waiting && this.#next < this.#end) {
      const [first = this.#next] = this.#running
      if (this.#inFlight >= this.#window.bytes || this.#next + chunk - first > largestWindow) {
        this.#window.noteFull()
        return
      }
      const length = Math.min(chunk, this.#end - this.#next)
      const wait = this.#options.pass(length)
      if (wait) {
        this.#waiting = true
        void wait.then(() => {
          this.#waiting = false
          this.#go()
        })
      }
      void this.#copy(this.#next, length)
      this.#next += length
    }
    if (this.#next >= this.#end && !this.#failure) void this.#probe()
    if (this.#running.size === 0 && !this.#waiting) this.#settle()
  }

  async #copy(offset: number, length: number): Promise<void> {
    this.#running.add(offset)
    this.#inFlight += length
    const startedAt = performance.now()
    try {
      await this.#chunk(offset, length)
      const now = performance.now()
      this.#window.noteDone(length, now - startedAt, now)
      this.#running.delete(offset)
      // What runs stands in the order of its offsets: before the first of them there is no gap.
      const [first = this.#next] = this.#running
      if (!this.#failure) this.#options.onWhole(Math.min(first, this.#end))
    } catch (error) {
      this.#fail(error)
      this.#running.delete(offset)
    }
    this.#inFlight -= length
    this.#go()
  }

  async #chunk(offset: number, length: number): Promise<void> {
    const { source, target } = this.#options
    for (let done = 0; done < length && !this.#failure;) {
      const data = await source.read(offset + done, length - done)
      if (data.length === 0) {
        this.#end = Math.min(this.#end, offset + done)
        return
      }
      if (this.#failure) return
      await target.write(offset + done, data)
      this.#options.onBytes(data.length)
      done += data.length
    }
  }

  // Files such as those in /proc say they are empty, and are not; one that has grown is not copied any further.
  async #beyond(first: Uint8Array): Promise<number> {
    const { source, target, chunk, size, signal, onBytes } = this.#options
    let offset = size
    for (let data = first; data.length > 0; data = await source.read(offset, chunk)) {
      if (signal.aborted) throw cancelled()
      if (size > 0) return offset + data.length
      await target.write(offset, data)
      onBytes(data.length)
      offset += data.length
    }
    return offset
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    if (this.#running.size === 0) this.#settle()
  }
}
