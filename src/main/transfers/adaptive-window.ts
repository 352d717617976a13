/**
 * How many bytes may be under way at once, from what the line has shown: as long as more in flight brings more through,
 * the window doubles once per round trip; when it does not, it settles on what the line holds, and now and then tries
 * for more. All times are milliseconds of one clock.
 */
export class AdaptiveWindow {
  #bytes = smallest
  #best = 0
  #fastest = Infinity
  #roundBytes = 0
  #roundStart: number
  #flat = 0
  #full = false

  constructor(now: number) {
    this.#roundStart = now
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The copy had to wait for the window: only then does a larger one mean anything. */
  noteFull(): void {
    this.#full = true
  }

  /** A chunk of so many bytes came through, `tookMs` after it was asked for. */
  noteDone(bytes: number, tookMs: number, now: number): void {
    this.#fastest = Math.min(this.#fastest, tookMs)
    this.#roundBytes += bytes
    const elapsed = now - this.#roundStart
    if (elapsed < Math.max(this.#fastest, shortestRoundMs)) return
    const rate = this.#roundBytes / elapsed
    this.#roundBytes = 0
    this.#roundStart = now
    if (this.#full) this.#judge(rate)
    this.#full = false
  }

  #judge(rate: number): void {
    if (rate > this.#best * 1.1) {
      this.#best = rate
      this.#flat = 0
      this.#set(this.#bytes * 2)
      return
    }
    this.#best = Math.max(this.#best * 0.98, rate)
    this.#flat++
    // What the line holds, and as much again waiting at its mouth.
    if (this.#flat === flatRounds) this.#set(Math.max(this.#bytes / 2, rate * this.#fastest * 2.5))
    if (this.#flat < retryRounds) return
    // If that brings nothing it settles anew.
    this.#flat = 0
    this.#set(this.#bytes * 1.5)
  }

  #set(bytes: number): void {
    const most = this.#fastest < nearMs ? largestNear : largestWindow
    this.#bytes = Math.min(most, Math.max(smallest, Math.round(bytes)))
  }
}

// Enough for a line of 20 ms and 400 Mbit/s from the first moment.
const smallest = 1024 * 1024
/** No copy is ever further ahead of its first unfinished byte than this: what lies before it in a part file is whole. */
export const largestWindow = 32 * 1024 * 1024
// On a near line more would only wait in memory: this is 400 MB/s at 20 ms.
const nearMs = 20
const largestNear = 8 * 1024 * 1024
const shortestRoundMs = 40
const flatRounds = 4
const retryRounds = 12
