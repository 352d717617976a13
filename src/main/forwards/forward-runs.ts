import { AppError, fromWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Forward, ForwardId } from '../../shared/contract/forwards.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { ForwardRunner, type ForwardLease, type RunnerParts } from './forward-runner.ts'
import type { ForwardStore } from './forward-store.ts'
import type { OwnPlace } from './own-address.ts'
import type { PortServices } from './port-services.ts'
import type { Lost, Turn } from '../ssh/redials.ts'

export interface ForwardRunsParts {
  readonly store: ForwardStore
  readonly services: Pick<PortServices, 'preset'>
  /** Leases the shared connection of a target, without opening sessions on it. */
  readonly lease: (target: Target, options: Parameters<RunnerParts['lease']>[0]) => Promise<ForwardLease>
  /** Waits until the lost connection to a target is to be dialed again. */
  readonly redial: (target: Target, lost: Lost) => Turn
  readonly hurry: (target: Target) => void
  readonly nameOf: (target: Target) => string
  readonly onChanged: () => void
  /** Called when the server refused a connection through a forward. */
  readonly onRefused: (id: ForwardId) => void
  readonly reportBug: (where: string, error: unknown) => void
}

const upMs = 60_000

/** The active forwards, with one runner each. */
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

  /** Starts a forward from scratch; `quiet` asks nothing. */
  begin(forward: Forward, quiet: boolean): ForwardRunner {
    const { reportBug, onChanged, onRefused, lease, redial, hurry } = this.#parts
    const runner = new ForwardRunner(forward, {
      lease: options => lease(forward.target, options),
      place: this.placeOf(forward),
      redial: lost => redial(forward.target, lost),
      hurry: () => hurry(forward.target),
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
   * Resolves to the runner once its forward is up. Errors: the reason why it is not, or `cancelled`, which stops a
   * forward started only for this call.
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
    if ('error' in state && state.error) throw fromWireError(state.error)
    throw new AppError(
      'timed-out',
      `The forward to ${this.#parts.nameOf(forward.target)} is not active yet. Hawser keeps retrying.`,
    )
  }

  /** Returns the local address reserved for the host of a forward. */
  placeOf({ target, to, listen, presetId, temporary }: Forward): OwnPlace {
    const { store, services } = this.#parts
    const usual = services.preset(presetId)?.ports ?? null
    // The user who chose a preset knows its port; any other port was chosen by the host.
    const asked = !temporary && listen.kind === 'tcp' && (usual === null || usual.includes(listen.port))
    return { address: store.addressOf(target, to?.kind === 'tcp' ? to.address : 'localhost'), asked }
  }

  dispose(): void {
    for (const runner of this.#runners.values()) runner.dispose()
    this.#runners.clear()
  }

  /** Saves the free port that was found, so that the address stays the same next time. */
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
