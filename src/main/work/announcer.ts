import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'

interface AnnouncerOptions {
  /** A change is announced after so many milliseconds, together with those that follow it meanwhile. */
  readonly everyMs: number
  /** True while the snapshot changes by itself: it is announced again and again then. */
  readonly moves?: () => boolean
}

/** Announces snapshots of what changes often, so that many changes cost listeners no more than one. */
export class Announcer<T> implements Disposable {
  readonly #emitter = new Emitter<T>()
  readonly event = this.#emitter.event
  readonly #snapshot: () => T
  readonly #options: AnnouncerOptions
  #timer: NodeJS.Timeout | undefined
  #disposed = false

  constructor(snapshot: () => T, options: AnnouncerOptions) {
    this.#snapshot = snapshot
    this.#options = options
  }

  /** The snapshot has changed. */
  touch(): void {
    if (this.#disposed) return
    this.#timer ??= setTimeout(() => this.now(), this.#options.everyMs)
  }

  /** Announces a state that no listener may miss, even if the next change follows at once. */
  now(): void {
    if (this.#disposed) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#emitter.fire(this.#snapshot())
    if (this.#options.moves?.()) this.touch()
  }

  /** What was not announced yet never is. */
  dispose(): void {
    this.#disposed = true
    clearTimeout(this.#timer)
    this.#emitter.dispose()
  }
}
