import type { Disposable } from '../../shared/base/lifecycle.ts'

/** A timer that pauses while the user is asked something. */
export class Deadline implements Disposable {
  readonly #onExpired: () => void
  #leftMs = 0
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #pauses = 0

  constructor(onExpired: () => void) {
    this.#onExpired = onExpired
  }

  /** Restarts the timer with `ms` milliseconds. */
  restart(ms: number): void {
    this.#leftMs = ms
    this.#run()
  }

  /** Pauses the timer while `work` runs. */
  async pauseFor<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses++
    if (this.#timer) {
      this.#leftMs -= Date.now() - this.#startedAt
      this.#clear()
    }
    try {
      return await work()
    } finally {
      this.#pauses--
      if (this.#leftMs > 0) this.#run()
    }
  }

  dispose(): void {
    this.#leftMs = 0
    this.#clear()
  }

  #run(): void {
    this.#clear()
    if (this.#pauses > 0) return
    this.#startedAt = Date.now()
    this.#timer = setTimeout(this.#onExpired, this.#leftMs)
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
