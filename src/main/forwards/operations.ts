import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { OperationId } from '../../shared/contract/forwards.ts'

/** The work under way that somebody may cancel. All of it is cancelled when this is disposed. */
export class Operations implements Disposable {
  readonly #running = new Map<OperationId | symbol, AbortController>()
  #disposed = false

  /** Runs work until it ends or is cancelled; without an id only disposing cancels it. Throws `invalid-input` for an id in use. */
  async run<T>(id: OperationId | null, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const key = id ?? Symbol('operation')
    if (this.#running.has(key)) throw new AppError('invalid-input', 'Work with this id is under way already.')
    const abort = new AbortController()
    if (this.#disposed) abort.abort()
    this.#running.set(key, abort)
    try {
      return await work(abort.signal)
    } finally {
      this.#running.delete(key)
    }
  }

  /** Nothing happens where the work has ended. */
  cancel(id: OperationId): void {
    this.#running.get(id)?.abort()
  }

  dispose(): void {
    this.#disposed = true
    for (const abort of this.#running.values()) abort.abort()
  }
}
