import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'

/** Running operations that can be cancelled by their ID. All are cancelled on dispose. */
export class Operations<Id extends string = string> implements Disposable {
  readonly #running = new Map<Id | symbol, AbortController>()
  #disposed = false

  /**
   * Runs work until it ends or is cancelled; without an ID, only disposing cancels it. Errors: `invalid-input` if the
   * ID is in use.
   */
  async run<T>(id: Id | null, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const key = id ?? Symbol('operation')
    if (this.#running.has(key)) throw new AppError('invalid-input', 'An operation with this ID is already running.')
    const abort = new AbortController()
    if (this.#disposed) abort.abort()
    this.#running.set(key, abort)
    try {
      return await work(abort.signal)
    } finally {
      if (this.#running.get(key) === abort) this.#running.delete(key)
    }
  }

  /** Cancels an operation and frees its ID at once. Does nothing if it has ended. */
  cancel(id: Id): void {
    this.#running.get(id)?.abort()
    this.#running.delete(id)
  }

  dispose(): void {
    this.#disposed = true
    for (const abort of this.#running.values()) abort.abort()
  }
}
