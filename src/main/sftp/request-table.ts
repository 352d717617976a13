import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Reply } from './replies.ts'

interface Waiting {
  readonly sentAt: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

export interface RequestTableParts {
  /** What the server is called, for people. */
  readonly where: string
  /** The server does not answer any more. */
  readonly onLate: (error: AppError) => void
  /** A reply came for a request that was cancelled: what it opened must be closed. */
  readonly onUnwanted: (reply: Reply) => void
}

const tickMs = 1_000
// Bytes of other replies are life; silence is not. The connection's own probe is quicker where the link is dead.
const silentMs = 30_000
// A server that answers the rest but never this one.
const overdueMs = 600_000

/** The requests that wait for their replies, by id. Every one of them ends: answered, cancelled, or late. */
export class RequestTable implements Disposable {
  readonly #parts: RequestTableParts
  readonly #waiting = new Map<number, Waiting>()
  readonly #cancelled = new Set<number>()
  readonly #ticker: NodeJS.Timeout
  #nextId = 0
  #heardAt = 0
  #failure: AppError | undefined

  constructor(parts: RequestTableParts) {
    this.#parts = parts
    this.#ticker = setInterval(() => this.#tick(), tickMs)
    this.#ticker.unref()
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Any byte from the server is life, also one of a long reply. */
  heard(): void {
    this.#heardAt = performance.now()
  }

  takeId(): number {
    do this.#nextId = (this.#nextId + 1) >>> 0
    while (this.#waiting.has(this.#nextId) || this.#cancelled.has(this.#nextId))
    return this.#nextId
  }

  /** Waits for the reply to `id`. Rejects with `cancelled` on abort; with the failure once the table has failed. */
  expect(id: number, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      if (this.#waiting.size === 0) this.#heardAt = performance.now()
      const abort = () => {
        this.#waiting.delete(id)
        this.#cancelled.add(id)
        reject(cancelled())
      }
      const settle = () => signal?.removeEventListener('abort', abort)
      signal?.addEventListener('abort', abort)
      this.#waiting.set(id, {
        sentAt: performance.now(),
        resolve: reply => (settle(), resolve(reply)),
        reject: error => (settle(), reject(error)),
      })
    })
  }

  /** False for a reply that nobody asked for. */
  answer(id: number, reply: Reply): boolean {
    this.#heardAt = performance.now()
    const waiting = this.#waiting.get(id)
    if (waiting) {
      this.#waiting.delete(id)
      waiting.resolve(reply)
      return true
    }
    if (!this.#cancelled.delete(id)) return false
    this.#parts.onUnwanted(reply)
    return true
  }

  /** Rejects what waits and everything that comes. */
  fail(error: AppError): void {
    this.#failure ??= error
    clearInterval(this.#ticker)
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#cancelled.clear()
    for (const each of waiting) each.reject(this.#failure)
  }

  dispose(): void {
    this.fail(new AppError('cancelled', 'Closed'))
  }

  #tick(): void {
    const [oldest] = this.#waiting.values()
    if (!oldest) return
    const now = performance.now()
    if (now - this.#heardAt < silentMs && now - oldest.sentAt < overdueMs) return
    this.#parts.onLate(
      new AppError('timed-out', `${this.#parts.where} does not answer requests for files any more. Try again.`),
    )
  }
}
