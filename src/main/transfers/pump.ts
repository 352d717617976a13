import { cancelled } from '../../shared/base/abort.ts'
import type { ReadableFile, WritableFile } from '../files/file-system.ts'
import { AdaptiveWindow, largestWindow } from './adaptive-window.ts'

export interface PumpOptions {
  readonly source: ReadableFile
  readonly target: WritableFile
  /** The offset of the first byte to copy. */
  readonly from: number
  /** The reported size of the source. */
  readonly size: number
  readonly chunk: number
  readonly signal: AbortSignal
  /** Waits for the speed limit, if one is set. */
  readonly pass: (bytes: number) => Promise<void> | undefined
  readonly onBytes: (bytes: number) => void
  /** Called when the target has confirmed everything before this offset. */
  readonly onWhole: (offset: number) => void
}

/**
 * Copies from `from` to the end of the source with many chunks in flight. Resolves to the actual end of the source,
 * which is `size` unless it changed. Rejects with the first failure once nothing is in flight any more.
 */
export function pump(options: PumpOptions): Promise<number> {
  return new Pump(options).run()
}

class Pump {
  readonly #options: PumpOptions
  readonly #window = new AdaptiveWindow(performance.now())
  // The offsets in flight, in order: the first is the first gap.
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

  // Requested with the last chunks: checks for data beyond the expected end.
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
      // Offsets in flight are ordered: there is no gap before the first one.
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

  // Files in /proc claim to be empty but aren't; a file that has grown is not copied further.
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
