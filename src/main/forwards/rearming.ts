import { AppError } from '../../shared/base/errors.ts'
import type { ForwardId } from '../../shared/contract/forwards.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Script } from '../ssh/script.ts'
import type { ForwardRuns } from './forward-runs.ts'
import type { ForwardStore } from './forward-store.ts'
import type { Pages } from './pages.ts'
import { pause } from '../work/pause.ts'
import { lookFor } from './preset-runner.ts'

interface RearmingParts {
  readonly store: ForwardStore
  readonly runs: ForwardRuns
  readonly pages: Pages
  readonly runLive: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
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

  /** Returns true if there is nothing left to look for. */
  async #lookOnce(id: ForwardId, signal: AbortSignal): Promise<boolean> {
    const { store, runs, pages, runLive } = this.#parts
    const [forward, runner] = [store.find(id), runs.get(id)]
    const preset = store.preset(forward?.presetId ?? null)
    // Only for the host itself: machines behind it can't be scanned.
    if (!preset || !forward || !runner || forward.to?.kind !== 'tcp' || forward.to.address !== 'localhost') return true
    const found = await lookFor(preset, async script => (await runLive(forward.target, script, signal)) ?? '').catch(
      ignoreFailure,
    )
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

/** Ignores a failed scan; rethrows a bug. */
export function ignoreFailure(error: unknown): null {
  if (error instanceof AppError) return null
  throw error
}
