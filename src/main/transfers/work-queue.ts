/** Runs work in two lanes, so that thousands of small files don't wait behind a large one. */
export class WorkQueue {
  readonly #atOnce: () => Readonly<Record<Lane, number>>
  readonly #waiting: Record<Lane, (() => Promise<void>)[]> = { small: [], large: [] }
  readonly #running: Record<Lane, number> = { small: 0, large: 0 }
  #failure: { readonly error: unknown } | undefined
  #onIdle: (() => void)[] = []

  /**
   * `atOnce` returns the limit of each lane whenever work is started: a server reveals its limits only after a while.
   */
  constructor(atOnce: () => Readonly<Record<Lane, number>>) {
    this.#atOnce = atOnce
  }

  /** Adds work, which must not throw; fatal errors go to `fail()`. */
  add(lane: Lane, work: () => Promise<void>): void {
    if (this.#failure) return
    this.#waiting[lane].push(work)
    this.#next(lane)
  }

  /** Starts nothing more. The first failure counts. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    for (const lane of lanes) this.#waiting[lane].length = 0
    this.#settle()
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Resolves when nothing is waiting or running; throws the failure if there was one. */
  async idle(): Promise<void> {
    if (this.#busy()) await new Promise<void>(resolve => this.#onIdle.push(resolve))
    this.throwIfFailed()
  }

  #next(lane: Lane): void {
    while (this.#running[lane] < this.#atOnce()[lane]) {
      const work = this.#waiting[lane].shift()
      if (!work) break
      this.#running[lane]++
      void work().finally(() => {
        this.#running[lane]--
        this.#next(lane)
        this.#settle()
      })
    }
  }

  #settle(): void {
    if (this.#busy()) return
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  #busy(): boolean {
    return lanes.some(lane => this.#running[lane] > 0 || this.#waiting[lane].length > 0)
  }
}

export type Lane = 'small' | 'large'

const lanes: readonly Lane[] = ['small', 'large']
