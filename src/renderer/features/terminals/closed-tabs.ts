import type { Disposable } from '../../../shared/base/lifecycle.ts'
import { endClosed, useWorkspace } from '../../workspace/workspace-store.ts'

// The time in which a closed tab can be reopened with its live shells.
const reopenMs = 10_000

/** Ends the shells of a closed tab unless it is reopened within ten seconds. */
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
