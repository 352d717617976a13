import { cancelled } from '../../shared/base/abort.ts'
import type { Forward, ForwardId } from '../../shared/contract/forwards.ts'
import type { ForwardRuns } from './forward-runs.ts'
import type { ForwardStore } from './forward-store.ts'
import type { Pages } from './pages.ts'
import type { PortServices } from './port-services.ts'
import { pause } from '../work/pause.ts'

interface RearmingParts {
  readonly store: ForwardStore
  readonly runs: ForwardRuns
  readonly pages: Pages
  readonly services: Pick<PortServices, 'preset' | 'find'>
  readonly reportBug: (where: string, error: unknown) => void
}

const betweenMs = 3_000
const mostTries = 20

/** Follows services that were restarted on another port of their host. */
export class Rearming {
  readonly #parts: RearmingParts
  readonly #looking = new Set<ForwardId>()

  constructor(parts: RearmingParts) {
    this.#parts = parts
  }

  /** Handles a refused connection: looks for the service for a minute while its forward is on. Never throws. */
  async refused(id: ForwardId): Promise<void> {
    const runner = this.#parts.runs.get(id)
    if (!runner || this.#looking.has(id)) return
    this.#looking.add(id)
    try {
      for (let tries = 0; tries < mostTries && !(await this.#lookOnce(id, runner.ended)); tries++)
        await pause(betweenMs, runner.ended)
    } catch (error) {
      // The forward was stopped.
      if (!runner.ended.aborted) this.#parts.reportBug('rearm', error)
    } finally {
      this.#looking.delete(id)
    }
  }

  /**
   * Before a page is opened anew: a service that was restarted has another token, or another port. Throws `cancelled` on
   * abort, and why its forward is not up.
   */
  async freshPage(forward: Forward, signal: AbortSignal): Promise<void> {
    const { services, pages } = this.#parts
    const preset = services.preset(forward.presetId)
    if (preset?.token == null || forward.to?.kind !== 'tcp' || forward.to.address !== 'localhost') return
    const found = await services.find(preset, forward.target, signal)
    if (signal.aborted) throw cancelled()
    if (!found) return
    pages.remember(forward.id, found)
    if (found.port !== forward.to.port) await this.#retarget(forward, found.port, signal)
  }

  async #retarget(forward: Forward, port: number, signal: AbortSignal): Promise<void> {
    const { store, runs } = this.#parts
    // Edits made in the meantime are kept.
    if (forward.to?.kind !== 'tcp' || store.find(forward.id) !== forward) return
    const to = { ...forward.to, port }
    await store.put({ ...forward, to })
    const runner = await runs.bringUp({ ...forward, to }, signal)
    runner.retarget(to)
  }

  /** Returns true if there is nothing left to look for. */
  async #lookOnce(id: ForwardId, signal: AbortSignal): Promise<boolean> {
    const { store, runs, pages, services } = this.#parts
    const [forward, runner] = [store.find(id), runs.get(id)]
    const preset = services.preset(forward?.presetId ?? null)
    // Only for the host itself: machines behind it can't be scanned.
    if (!preset || !forward || !runner || forward.to?.kind !== 'tcp' || forward.to.address !== 'localhost') return true
    const found = await services.find(preset, forward.target, signal)
    // Forwards that were edited or deleted in the meantime are left alone.
    if (store.find(id) !== forward || runs.get(id) !== runner) return true
    if (!found || found.port === forward.to.port) return false
    pages.remember(id, found)
    const to = { ...forward.to, port: found.port }
    runner.retarget(to)
    await store.put({ ...forward, to })
    return true
  }
}
