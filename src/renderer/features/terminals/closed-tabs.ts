import type { Disposable } from '../../../shared/base/lifecycle.ts'
import { endClosed, useWorkspace } from '../../workspace/workspace-store.ts'

// How long a closed tab can be opened again with the shells that it had.
const reopenMs = 10_000

/** Lets the shells of a closed tab go once it has not been opened again for ten seconds. */
export class ClosedTabs implements Disposable {
  readonly #timers = new Map<string, number>()
  readonly #stop = useWorkspace.subscribe(() => this.#follow())

  dispose(): void {
    this.#stop()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #follow(): void {
    const closed = new Set(useWorkspace.getState().closed.flatMap(({ tab, live }) => (live ? tab.id : [])))
    for (const [id, timer] of this.#timers) {
      if (closed.has(id)) continue
      clearTimeout(timer)
      this.#timers.delete(id)
    }
    const wait = (id: string) => window.setTimeout(() => endClosed(id), reopenMs)
    for (const id of closed) if (!this.#timers.has(id)) this.#timers.set(id, wait(id))
  }
}
