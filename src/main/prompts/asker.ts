import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'

/**
 * On whose behalf questions are asked: the user's, who has just started something, or background work. The user may
 * start waiting for background work, never the other way round.
 */
export class Asker implements Disposable {
  #by: AskedBy
  readonly #raised = new Emitter<void>()
  readonly #taken = new Emitter<void>()
  /** Emitted when the user starts waiting for the answers. */
  readonly onRaised = this.#raised.event
  /** Emitted when the user answers a background question: they then wait for everything that depends on it. */
  readonly onTaken = this.#taken.event

  constructor(by: AskedBy) {
    this.#by = by
  }

  get by(): AskedBy {
    return this.#by
  }

  /** Lets its questions open automatically, including waiting ones. */
  raise(): void {
    if (this.#by === 'person') return
    this.#by = 'person'
    this.#raised.fire()
    this.dispose()
  }

  /** The same, for a user who answered a question from the list of waiting ones. */
  take(): void {
    if (this.#by === 'person') return
    this.#by = 'person'
    this.#taken.fire()
    this.#raised.fire()
    this.dispose()
  }

  dispose(): void {
    this.#raised.dispose()
    this.#taken.dispose()
  }
}
