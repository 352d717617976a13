/** Runs work in two lanes, so that thousands of small files don't wait behind a large one. */
export class WorkQueue {
  readonly #atOnce: () => Readonly<Record<Lane, number>>
  readonly #waiting: Record<Lane, (() => Promise<void>)[]> = { small: [], large: [] }
  readonly #running: Record<Lane, number> = { small: 0, large: 0 }
  #failure: { readonly error: unknown } | undefined
  #onIdle: (() => void)[] = []

  /** How many of each may run, asked each time: a server says what it bears only after a while. */
  constructor(atOnce: () => Readonly<Record<Lane, number>>) {
    this.#atOnce = atOnce
  }

  /** The work must not throw; what ends everything goes to `fail`. */
  add(lane: Lane, work: () => Promise<void>): void {
    if (this.#failure) return
    this.#waiting[lane].push(work)
    this.#next(lane)
  }

  /** Nothing more is begun. The first failure counts. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    for (const lane of lanes) this.#waiting[lane].length = 0
    this.#settle()
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Answers when nothing waits or runs; throws the failure then. */
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
