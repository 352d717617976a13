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
  /** The name of the server, for messages. */
  readonly where: string
  /** Called when the server has stopped answering. */
  readonly onLate: (error: AppError) => void
  /** Called for the reply to a cancelled request: a handle in it must be closed. */
  readonly onUnwanted: (reply: Reply) => void
}

const tickMs = 1_000
// Other replies prove that the server is alive; silence doesn't. The connection's own probe detects a dead connection
// sooner.
const silentMs = 30_000
// For a server that answers everything except this request.
const overdueMs = 600_000

/** The requests waiting for their replies, by ID. Every request ends: answered, cancelled, or timed out. */
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

  /** Notes that the server is alive, which any byte proves, including those of a long reply. */
  heard(): void {
    this.#heardAt = performance.now()
  }

  takeId(): number {
    do this.#nextId = (this.#nextId + 1) >>> 0
    while (this.#waiting.has(this.#nextId) || this.#cancelled.has(this.#nextId))
    return this.#nextId
  }

  /** Waits for the reply to `id`. Errors: `cancelled` on abort; the failure once the table has failed. */
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

  /** Returns false for a reply to no request. */
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

  /** Rejects all pending and future requests. */
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
      new AppError('timed-out', `${this.#parts.where} has stopped answering SFTP requests. Try again.`),
    )
  }
}
