import { LastingModes } from './lasting-modes.ts'

// About 10,000 lines of average length, the default scrollback.
const defaultBytes = 1024 * 1024
const longestLine = 4096
const lineEnd = 0x0a

/** The latest output of a shell, for a screen attached later. */
export interface Replay {
  readonly bytes: Uint8Array
  /** False if older output was dropped. */
  readonly whole: boolean
}

/** Keeps the latest output of a shell, and the modes that older output switched on. */
export class Backlog {
  readonly #limit: number
  readonly #chunks: Uint8Array[] = []
  readonly #modes = new LastingModes()
  #bytes = 0
  #whole = true

  constructor(limit = defaultBytes) {
    this.#limit = limit
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > this.#limit) this.#drop(this.#lineEndFrom(this.#bytes - this.#limit))
  }

  read(): Replay {
    const modes = Buffer.from(this.#modes.sequences, 'latin1')
    return { bytes: new Uint8Array(Buffer.concat([modes, ...this.#chunks])), whole: this.#whole }
  }

  #drop(count: number): void {
    this.#whole = false
    this.#bytes -= count
    for (let left = count; left > 0;) {
      const oldest = this.#chunks.shift() as Uint8Array
      const dropped = oldest.subarray(0, left)
      if (dropped.length < oldest.length) this.#chunks.unshift(oldest.subarray(left))
      this.#modes.read(dropped)
      left -= dropped.length
    }
  }

  /**
   * Returns the number of bytes before the first line that starts after `count` bytes: cutting inside a line or an
   * escape sequence would print the rest as text. A full-screen program ends no lines.
   */
  #lineEndFrom(count: number): number {
    let before = 0
    for (const chunk of this.#chunks) {
      if (before > count + longestLine) break
      const end = chunk.indexOf(lineEnd, Math.max(0, count - 1 - before))
      if (end !== -1) return before + end + 1
      before += chunk.length
    }
    return count
  }
}
