import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Forward, ForwardId } from '../../shared/contract/forwards.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { ForwardRunner, type ForwardLease, type RunnerParts } from './forward-runner.ts'
import type { ForwardStore } from './forward-store.ts'
import type { OwnPlace } from './own-address.ts'

export interface ForwardRunsParts {
  readonly store: ForwardStore
  /** The shared connection of a target; sessions are not opened on it. */
  readonly lease: (target: Target, options: Parameters<RunnerParts['lease']>[0]) => Promise<ForwardLease>
  readonly knock: (target: Target, signal: AbortSignal) => Promise<boolean>
  readonly nameOf: (target: Target) => string
  readonly onChanged: () => void
  /** A connection through a forward was refused over there. */
  readonly onRefused: (id: ForwardId) => void
  readonly reportBug: (where: string, error: unknown) => void
}

const upMs = 60_000

/** The forwards that are on: one runner for each. */
export class ForwardRuns implements Disposable {
  readonly #parts: ForwardRunsParts
  readonly #runners = new Map<ForwardId, ForwardRunner>()

  constructor(parts: ForwardRunsParts) {
    this.#parts = parts
  }

  get all(): readonly ForwardRunner[] {
    return [...this.#runners.values()]
  }

  get(id: ForwardId): ForwardRunner | undefined {
    return this.#runners.get(id)
  }

  /** Starts a forward anew; `quiet` asks nobody anything. */
  begin(forward: Forward, quiet: boolean): ForwardRunner {
    const { reportBug, onChanged, onRefused, lease, knock } = this.#parts
    const runner = new ForwardRunner(forward, {
      lease: options => lease(forward.target, options),
      place: this.placeOf(forward),
      knock: signal => knock(forward.target, signal),
      onChanged,
      onRefused: () => onRefused(forward.id),
      reportBug,
    })
    this.#runners.get(forward.id)?.dispose()
    this.#runners.set(forward.id, runner)
    void runner
      .start(quiet)
      .then(() => this.#keepPort(runner))
      .catch(error => reportBug('forward', error))
    onChanged()
    return runner
  }

  end(id: ForwardId): void {
    this.#runners.get(id)?.dispose()
    this.#runners.delete(id)
    this.#parts.onChanged()
  }

  /**
   * Answers the runner once its forward is up. Throws why it is not, or `cancelled`: what was started for this alone is
   * stopped then.
   */
  async bringUp(forward: Forward, signal: AbortSignal): Promise<ForwardRunner> {
    if (this.#runners.get(forward.id)?.state.kind === 'failed') this.end(forward.id)
    const before = this.#runners.get(forward.id)
    const runner = before ?? this.begin(forward, false)
    runner.retryNow(true)
    try {
      if (await runner.whenUp(upMs, signal)) return runner
    } catch (error) {
      if (before === undefined && this.#runners.get(forward.id) === runner) this.end(forward.id)
      throw error
    }
    const { state } = runner
    if ('error' in state && state.error) throw new AppError(state.error.code, state.error.message)
    throw new AppError(
      'timed-out',
      `The forward to ${this.#parts.nameOf(forward.target)} is not active yet. Hawser keeps retrying.`,
    )
  }

  /** After sleep or a change of network: what waits tries at once. */
  retryAll(): void {
    for (const runner of this.#runners.values()) runner.retryNow(false)
  }

  /** Where the host of a forward has an address of its own on this computer. */
  placeOf({ target, to, listen, presetId, passing }: Forward): OwnPlace {
    const { store } = this.#parts
    const usual = store.preset(presetId)?.ports ?? null
    // The port of a preset is known to the person who clicked it; any other came from the host.
    const asked = !passing && listen.kind === 'tcp' && (usual === null || usual.includes(listen.port))
    return { address: store.addressOf(target, to?.kind === 'tcp' ? to.address : 'localhost'), asked }
  }

  dispose(): void {
    for (const runner of this.#runners.values()) runner.dispose()
    this.#runners.clear()
  }

  /** The port that was free is the one for the next time: an address stays what it was. */
  async #keepPort(runner: ForwardRunner): Promise<void> {
    const { store } = this.#parts
    const { forward, listening } = runner
    if (this.#runners.get(forward.id) !== runner) return
    const { listen } = forward
    const saved = store.find(forward.id)
    if (!saved || forward.kind === 'remote' || listen.kind !== 'tcp' || listening?.kind !== 'tcp') return
    if (listen.port === 0 || listen.port === listening.port || saved.presetId === null) return
    await store.put({ ...saved, listen: { ...listen, port: listening.port } })
  }
}
