/**
 * Limits the bytes in flight by measuring the connection: as long as more bytes in flight increase the throughput, the
 * window doubles once per round trip; then it settles at the capacity of the connection and occasionally probes for
 * more. All times are milliseconds of one clock.
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

  /** Notes that the copy had to wait for the window: only then does a larger one help. */
  noteFull(): void {
    this.#full = true
  }

  /** Notes that a chunk of this many bytes completed, `tookMs` milliseconds after its request. */
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
    // The capacity of the connection, and the same amount queued in front of it.
    if (this.#flat === flatRounds) this.#set(Math.max(this.#bytes / 2, rate * this.#fastest * 2.5))
    if (this.#flat < retryRounds) return
    // If probing gains nothing, the window settles again.
    this.#flat = 0
    this.#set(this.#bytes * 1.5)
  }

  #set(bytes: number): void {
    const most = this.#fastest < nearMs ? largestNear : largestWindow
    this.#bytes = Math.min(most, Math.max(smallest, Math.round(bytes)))
  }
}

// Sufficient for 20 ms and 400 Mbit/s from the start.
const smallest = 1024 * 1024
/**
 * A copy is never further ahead of its first unfinished byte than this, so everything before that in a part file is
 * complete.
 */
export const largestWindow = 32 * 1024 * 1024
// With a short round trip, more would only queue in memory: this is 400 MB/s at 20 ms.
const nearMs = 20
const largestNear = 8 * 1024 * 1024
const shortestRoundMs = 40
const flatRounds = 4
const retryRounds = 12
