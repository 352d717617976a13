/** Lets bytes pass no faster than so many a second, all copies of one direction together. */
export class SpeedLimit {
  #perSecond = 0
  /** When the bytes that have passed so far are paid for. */
  #paidUntil = 0
  readonly #waiting = new Set<() => void>()

  /** 0 is no limit. */
  set(perSecond: number): void {
    this.#perSecond = perSecond
    this.#paidUntil = 0
    // What waits by the old measure goes on by the new one.
    for (const go of [...this.#waiting]) go()
  }

  /** Undefined when they may pass at once; else a promise of the moment for the next. */
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
