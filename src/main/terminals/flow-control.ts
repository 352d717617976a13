/**
 * Decides when a terminal's source is paused: it may be `high` bytes ahead of the screen and resumes below `low`. Small
 * enough for Ctrl+C to take effect quickly during a flood of output, large enough to keep the screen busy between
 * messages.
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

  /** Notes bytes sent to the screen; returns what to do with the source. */
  sent(bytes: number): 'pause' | 'go-on' {
    this.#inFlight += bytes
    if (this.#paused || this.#inFlight < this.#high) return 'go-on'
    this.#paused = true
    return 'pause'
  }

  /** Notes bytes processed by the screen; never counts more than were sent. */
  acknowledged(bytes: number): 'resume' | 'go-on' {
    this.#inFlight = Math.max(0, this.#inFlight - bytes)
    if (!this.#paused || this.#inFlight >= this.#low) return 'go-on'
    this.#paused = false
    return 'resume'
  }
}
