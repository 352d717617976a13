import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Implementation } from '../../shared/contract/define.ts'
import type { Forward, ForwardBook, ForwardId, ForwardSnapshot, forwards } from '../../shared/contract/forwards.ts'
import type { PresetId } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import type { Script } from '../ssh/script.ts'
import { AutomaticForwards } from './automatic-forwards.ts'
import type { ForwardLease, RunnerParts, RunnerSnapshot } from './forward-runner.ts'
import { ForwardRuns } from './forward-runs.ts'
import type { ForwardStore } from './forward-store.ts'
import { FoundPorts } from './found-ports.ts'
import { Announcer } from '../work/announcer.ts'
import { Operations } from '../work/operations.ts'
import { listenChoices } from './own-address.ts'
import { Pages } from './pages.ts'
import { temporaryForward } from './temporary-forward.ts'
import type { PortServices, RunningService } from './port-services.ts'
import { Rearming } from './rearming.ts'

type Contract = Implementation<typeof forwards>
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface ForwardServiceParts {
  readonly store: ForwardStore
  /** Leases the shared connection of a target, without opening sessions on it. */
  readonly lease: (target: Target, options: Parameters<RunnerParts['lease']>[0]) => Promise<ForwardLease>
  readonly services: PortServices
  /** Runs a script for `sh` where the target is connected already; null where it is not. Throws `cancelled` on abort. */
  readonly runLive: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
  /** Waits until the lost connection to a target is to be dialed again. */
  readonly redial: (target: Target, lost: Lost) => Turn
  readonly hurry: (target: Target) => void
  readonly nameOf: (target: Target) => string
  /** The saved hosts that are connected. */
  readonly live: () => readonly Target[]
  readonly openPage: (url: string) => void | Promise<void>
  readonly copy: (text: string) => void | Promise<void>
  /** Shows the user a warning. */
  readonly warn: (text: string) => void
  readonly reportBug: (where: string, error: unknown) => void
}

const announceMs = 100
const countMs = 1_000

/** The forwards: starts and stops them, keeps them running, and tracks the services behind them. */
export class ForwardService implements Contract, Disposable {
  readonly #announced = new Announcer(() => this.#book(), { everyMs: announceMs })
  readonly onChanged = this.#announced.event
  readonly #parts: ForwardServiceParts
  readonly #store: ForwardStore
  readonly #operations = new Operations()
  readonly #runs: ForwardRuns
  readonly #found: FoundPorts
  readonly #pages: Pages
  readonly #rearming: Rearming
  readonly #automatic: AutomaticForwards
  readonly #watching: readonly Disposable[]
  #watchAll = false
  readonly #ticker: NodeJS.Timeout
  #counted = ''

  constructor(parts: ForwardServiceParts) {
    const { store, services, reportBug } = parts
    this.#parts = parts
    this.#store = store
    this.#pages = new Pages(parts)
    this.#runs = new ForwardRuns({
      ...parts,
      onChanged: () => this.#announced.touch(),
      onRefused: id => void this.#rearming.refused(id),
    })
    this.#rearming = new Rearming({ ...parts, runs: this.#runs, pages: this.#pages })
    this.#automatic = new AutomaticForwards({
      store,
      services,
      begin: forward => void this.#runs.begin(forward, true),
      drop: ({ id }) => this.#drop(id),
      reportBug,
    })
    this.#found = new FoundPorts({
      run: parts.runLive,
      services,
      onLooked: (target, ports) => {
        this.#automatic.looked(target, ports)
        this.#announced.touch()
      },
      onTroubles: () => this.#announced.touch(),
      reportBug,
    })
    this.#watching = [store.onChanged(() => this.#changed()), services.onChanged(() => this.#announced.touch())]
    this.#ticker = setInterval(() => this.#tick(), countMs)
    this.#ticker.unref()
  }

  list(): ForwardBook {
    return this.#book()
  }

  async save({ forward }: Input<'save'>): Promise<void> {
    const { kind, listen, to } = forward
    if (kind === 'remote' && listen.kind === 'unix' && to?.kind === 'unix' && listen.path === to.path)
      throw new AppError('invalid-input', 'Both ends of the forward have the same path. Change one of them.')
    const running = this.#runs.get(forward.id) !== undefined
    if (running) this.#runs.end(forward.id)
    this.#pages.forget(forward.id)
    await this.#store.put(forward)
    // The forward may have been deleted or started in the meantime.
    if (running && this.#store.find(forward.id) && !this.#runs.get(forward.id)) this.#runs.begin(forward, false)
  }

  async remove({ id }: Input<'remove'>): Promise<void> {
    await this.#drop(id)
  }

  start({ id }: Input<'start'>): void {
    const runner = this.#runs.get(id)
    if (runner && runner.state.kind !== 'failed') return runner.retryNow(true)
    this.#runs.end(id)
    this.#runs.begin(this.#need(id), false)
  }

  async stop({ id }: Input<'stop'>): Promise<void> {
    this.#runs.end(id)
    const forward = this.#store.find(id)
    if (!forward?.temporary) return
    this.#automatic.stopped(forward)
    await this.#drop(id)
  }

  open({ id, operation }: Input<'open'>): Promise<void> {
    return this.#operations.run(operation, async signal => {
      const forward = this.#need(id)
      await this.#rearming.freshPage(forward, signal)
      await this.#pages.open(await this.#runs.bringUp(forward, signal), signal)
    })
  }

  copyAddress({ id }: Input<'copyAddress'>): void | Promise<void> {
    const forward = this.#need(id)
    const [first] = listenChoices(forward, this.#runs.placeOf(forward))
    const off =
      first?.besides && forward.listen.kind === 'tcp' ? { ...forward.listen, address: first.besides } : first?.at
    const runner = this.#runs.get(id)
    return this.#parts.copy(this.#pages.address(forward, runner?.pageAt ?? runner?.listening ?? off ?? forward.listen))
  }

  forwardPort({ target, port, open, page, operation }: Input<'forwardPort'>): Promise<ForwardId> {
    return this.#operations.run(operation, async signal => {
      const before = this.#store.toPort(target, port)
      const forward = before ?? (await this.#temporary(target, port))
      try {
        if (open && page === null) await this.#rearming.freshPage(forward, signal)
        const up = await this.#runs.bringUp(forward, signal)
        if (open) await this.#pages.open(up, signal, page)
      } catch (error) {
        // Nothing remains of a cancelled start.
        if (signal.aborted && before === undefined) await this.#drop(forward.id)
        throw error
      }
      return forward.id
    })
  }

  cancel({ operation }: Input<'cancel'>): void {
    this.#operations.cancel(operation)
  }

  ignorePort({ target, port }: Input<'ignorePort'>): Promise<void> {
    return this.#store.ignore(target, port)
  }

  setRule({ target, rule }: Input<'setRule'>): Promise<void> {
    return this.#store.setRule(target, rule)
  }

  watch({ targets }: Input<'watch'>): void {
    this.#watchAll = targets === 'all'
    this.#found.watch(targets === 'all' ? this.#parts.live() : targets)
  }

  /** The saved forward of a preset on a host, with the given destination machine. */
  ofPreset(target: Target, preset: PresetId, address: string): Forward | undefined {
    return this.#store.ofPreset(target, preset, address)
  }

  /**
   * Keeps the forward to a service, starts it and opens the page of the service; a null `found` has no page. Throws why
   * the forward is not up, and `cancelled` on abort.
   */
  async openService(forward: Forward, found: RunningService | null, signal: AbortSignal): Promise<void> {
    if (this.#store.find(forward.id) !== forward) await this.#store.put(forward)
    if (found) this.#pages.remember(forward.id, found)
    const runner = await this.#runs.bringUp(forward, signal)
    if (forward.to && found) runner.retarget(forward.to)
    if (found && found.page !== null) await this.#pages.open(runner, signal)
  }

  /** The saved forwards. */
  get saved(): readonly Forward[] {
    return this.#store.kept
  }

  /** The numbers of forwards that are up, and of those waiting for the connection or the user. */
  get summary(): { readonly up: number; readonly waiting: number } {
    const states = this.#runs.all.map(({ state }) => state.kind)
    const up = states.filter(kind => kind === 'up').length
    return { up, waiting: states.filter(kind => kind !== 'failed').length - up }
  }

  /** Starts the forwards that start with the app. Asks nothing until the user looks at the window. */
  startWithApp(): void {
    for (const forward of this.#store.all) if (forward.start === 'app') this.#runs.begin(forward, true)
  }

  /** Starts the forwards that start with a target, which is now connected. */
  startWith(isTarget: (target: Target) => boolean): void {
    for (const forward of this.#store.all) {
      if (forward.start === 'host' && !this.#runs.get(forward.id) && isTarget(forward.target))
        this.#runs.begin(forward, true)
    }
  }

  flush(): Promise<void> {
    return this.#store.flush()
  }

  dispose(): void {
    clearInterval(this.#ticker)
    for (const watching of this.#watching) watching.dispose()
    this.#operations.dispose()
    this.#found.dispose()
    this.#runs.dispose()
    this.#announced.dispose()
  }

  /** Deleted forwards must stop, whoever deleted them. */
  #changed(): void {
    for (const { forward } of this.#runs.all) if (!this.#store.find(forward.id)) this.#runs.end(forward.id)
    this.#announced.touch()
  }

  async #drop(id: ForwardId): Promise<void> {
    this.#runs.end(id)
    this.#pages.forget(id)
    await this.#store.remove(id)
  }

  #need(id: ForwardId): Forward {
    const forward = this.#store.find(id)
    if (!forward) throw new AppError('not-found', 'This forward was deleted.')
    return forward
  }

  async #temporary(target: Target, port: number): Promise<Forward> {
    const { services } = this.#parts
    const forward = temporaryForward(target, port, services.preset(this.#found.at(target, port)?.presetId ?? null))
    this.#automatic.taken(target, port)
    await this.#store.put(forward)
    return forward
  }

  #tick(): void {
    if (this.#watchAll) this.#found.watch(this.#parts.live())
    // Only changes are announced: an idle window must not be woken every second.
    const counted = JSON.stringify(this.#runs.all.map(runner => runner.snapshot(Date.now()).counters))
    if (counted !== this.#counted) this.#announced.touch()
    this.#counted = counted
  }

  #book(): ForwardBook {
    const { all, rules } = this.#store
    const { presets } = this.#parts.services
    const now = Date.now()
    const forwards = all.map((forward): ForwardSnapshot => {
      const snapshot = this.#runs.get(forward.id)?.snapshot(now) ?? off(forward)
      const ownAddress = forward.ownAddress ? this.#runs.placeOf(forward).address : null
      return { ...snapshot, configLine: this.#store.lineOf(forward.id), ownAddress }
    })
    const found = this.#found.all.filter(({ target, port }) => {
      const other = this.#store.rule(target) === 'never' || this.#store.isIgnored(target, port)
      return !other && !this.#store.toPort(target, port)
    })
    const { more: foundMore, troubles: foundTroubles } = this.#found
    return { forwards, found, foundMore, foundTroubles, presets, rules }
  }
}

function off(forward: Forward): RunnerSnapshot {
  const counters = { now: 0, ever: 0, bytesOut: 0, bytesIn: 0, rate: 0 }
  return { forward, state: { kind: 'off' }, listening: null, counters, lastError: null }
}
