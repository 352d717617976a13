/**
 * Decides when a terminal's source is paused: it may run ahead of the screen by `high` bytes and is resumed below `low`.
 * Small enough that Ctrl+C in a flood shows its effect at once, large enough to keep the screen busy between messages.
 */
export class FlowControl {
  readonly #high: number
  readonly #low: number
  #inFlight = 0
  #paused = false

  constructor({ high, low }: { high: number; low: number } = { high: 1024 * 1024, low: 512 * 1024 }) {
    this.#high = high
    this.#low = low
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Bytes left for the screen; answers what to do with the source. */
  sent(bytes: number): 'pause' | 'go-on' {
    this.#inFlight += bytes
    if (this.#paused || this.#inFlight < this.#high) return 'go-on'
    this.#paused = true
    return 'pause'
  }

  /** The screen took bytes in; never believes more than was sent. */
  acknowledged(bytes: number): 'resume' | 'go-on' {
    this.#inFlight = Math.max(0, this.#inFlight - bytes)
    if (!this.#paused || this.#inFlight >= this.#low) return 'go-on'
    this.#paused = false
    return 'resume'
  }
}
