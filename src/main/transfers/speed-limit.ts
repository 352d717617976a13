/** Limits the bytes per second of all copies in one direction. */
export class SpeedLimit {
  #perSecond = 0
  /** The time until which the bytes passed so far use up the limit. */
  #paidUntil = 0
  readonly #waiting = new Set<() => void>()

  /** Sets the limit in bytes per second; 0 is no limit. */
  set(perSecond: number): void {
    this.#perSecond = perSecond
    this.#paidUntil = 0
    // Waiters of the old limit continue under the new one.
    for (const go of [...this.#waiting]) go()
  }

  /** Returns undefined if the bytes may pass at once, otherwise a promise for the time when the next ones may. */
  pass(bytes: number): Promise<void> | undefined {
    if (this.#perSecond === 0) return undefined
    const now = performance.now()
    this.#paidUntil = Math.max(this.#paidUntil, now) + (bytes / this.#perSecond) * 1000
    const wait = this.#paidUntil - now
    if (wait < shortestMs) return undefined
    return new Promise(resolve => {
      const go = () => {
        clearTimeout(timer)
        this.#waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, wait)
      this.#waiting.add(go)
    })
  }
}

const shortestMs = 20
