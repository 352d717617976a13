import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'

/**
 * On whose behalf questions are asked: of a person who has just started something, or of work in the background. A person
 * may come to wait for work that began in the background, never the other way round.
 */
export class Asker implements Disposable {
  #by: AskedBy
  readonly #raised = new Emitter<void>()
  readonly #taken = new Emitter<void>()
  /** A person waits for the answers from now on. */
  readonly onRaised = this.#raised.event
  /** A person has come to it by answering a question of the background: they wait for all that depends on the answer. */
  readonly onTaken = this.#taken.event

  constructor(by: AskedBy) {
    this.#by = by
  }

  get by(): AskedBy {
    return this.#by
  }

  /** Lets its questions open by themselves, those that wait already too. */
  raise(): void {
    if (this.#by === 'person') return
    this.#by = 'person'
    this.#raised.fire()
    this.dispose()
  }

  /** The same, of a person who has answered a question that waited behind the mark. */
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
