import { randomUUID } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Forward, ForwardBook, ForwardId, ForwardSnapshot, FoundPort } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Script } from '../ssh/script.ts'
import { ForwardRunner, type ForwardLease, type RunnerParts, type RunnerSnapshot } from './forward-runner.ts'
import type { ForwardStore } from './forward-store.ts'
import { FoundPorts } from './found-ports.ts'
import { Pages } from './pages.ts'
import { lookFor } from './preset-runner.ts'
import { PresetUse } from './preset-use.ts'

type Contract = Services['forwards']

export interface ForwardServiceParts {
  readonly store: ForwardStore
  /** The shared connection of a target; sessions are not opened on it. */
  readonly lease: (target: Target, options: Parameters<RunnerParts['lease']>[0]) => Promise<ForwardLease>
  /** Runs a script for `sh` on a target, signing in first where needed. */
  readonly run: (target: Target, script: Script) => Promise<string>
  /** The same where the target is connected already; null where it is not. */
  readonly runLive: (target: Target, script: Script) => Promise<string | null>
  readonly knock: (target: Target, signal: AbortSignal) => Promise<boolean>
  readonly nameOf: (target: Target) => string
  /** The saved hosts that are connected. */
  readonly live: () => readonly Target[]
  readonly openPage: (url: string) => void | Promise<void>
  readonly copy: (text: string) => void | Promise<void>
  readonly reportBug: (where: string, error: unknown) => void
}

const announceMs = 100
const countMs = 1_000
const rearmMs = 3_000
const rearmTries = 20
const upMs = 60_000

/** The forwards: starts and stops them, keeps them running, and knows the services behind them. */
export class ForwardService implements Contract, Disposable {
  readonly #announced = new Emitter<ForwardBook>()
  readonly onChanged = this.#announced.event
  readonly #parts: ForwardServiceParts
  readonly #store: ForwardStore
  readonly #runners = new Map<ForwardId, ForwardRunner>()
  readonly #found: FoundPorts
  readonly #pages: Pages
  readonly #use: PresetUse
  readonly #rearming = new Set<ForwardId>()
  /** What listened on a port when it was forwarded by itself: another process there is not. */
  readonly #automatic = new Map<string, string>()
  #watchAll = false
  #announce: NodeJS.Timeout | undefined
  readonly #ticker: NodeJS.Timeout
  #counted = ''

  constructor(parts: ForwardServiceParts) {
    const { store } = parts
    this.#parts = parts
    this.#store = store
    this.#found = new FoundPorts({
      run: parts.runLive,
      presets: () => store.presets,
      onLooked: (target, ports) => this.#looked(target, ports),
    })
    this.#pages = new Pages(parts)
    this.#use = new PresetUse({
      ...parts,
      pages: this.#pages,
      bringUp: forward => this.#bringUp(forward),
    })
    store.onChanged(() => this.#changed())
    this.#ticker = setInterval(() => this.#tick(), countMs)
    this.#ticker.unref()
  }

  list: Contract['list'] = () => this.#book()

  save: Contract['save'] = async ({ forward }) => {
    if (
      forward.kind === 'remote' &&
      forward.listen.kind === 'unix' &&
      forward.to?.kind === 'unix' &&
      forward.listen.path === forward.to.path
    )
      throw new AppError('invalid-input', 'Both ends are the same path. Change one of them.')
    const running = this.#runners.has(forward.id)
    if (running) this.#end(forward.id)
    this.#pages.forget(forward.id)
    await this.#store.put(forward)
    // Meanwhile it may have been taken away, or started.
    if (running && this.#store.find(forward.id) && !this.#runners.has(forward.id)) this.#begin(forward, false)
  }

  remove: Contract['remove'] = async ({ id }) => {
    this.#end(id)
    this.#pages.forget(id)
    await this.#store.remove(id)
  }

  start: Contract['start'] = ({ id }) => {
    const runner = this.#runners.get(id)
    if (runner && runner.state.kind !== 'failed') return runner.retryNow(true)
    this.#end(id)
    this.#begin(this.#need(id), false)
  }

  stop: Contract['stop'] = async ({ id }) => {
    this.#end(id)
    const forward = this.#store.find(id)
    // A person said no to it: it does not come back by itself.
    if (forward?.passing && forward.to?.kind === 'tcp')
      this.#automatic.set(`${targetKey(forward.target)} ${forward.to.port}`, '')
    if (forward?.passing) await this.#drop(id)
    this.#touch()
  }

  open: Contract['open'] = async ({ id }) => {
    const forward = this.#need(id)
    await this.#use.freshPage(forward)
    await this.#pages.open(await this.#bringUp(forward))
  }

  copyAddress: Contract['copyAddress'] = ({ id }) => {
    const forward = this.#need(id)
    return this.#parts.copy(this.#pages.address(forward, this.#runners.get(id)?.listening ?? forward.listen))
  }

  usePreset: Contract['usePreset'] = input => this.#use.use(input)

  launch: Contract['launch'] = input => this.#use.launch(input)

  setService: Contract['setService'] = input => this.#use.setService(input)

  savePreset: Contract['savePreset'] = ({ preset }) => this.#store.savePreset(preset)

  removePreset: Contract['removePreset'] = ({ id }) => this.#store.removePreset(id)

  nodes: Contract['nodes'] = ({ target }) => this.#use.nodes(target)

  forwardPort: Contract['forwardPort'] = async ({ target, port, open, page }) => {
    const forward = this.#store.toPort(target, port) ?? (await this.#passing(target, port))
    if (open && page === null) await this.#use.freshPage(forward)
    const up = await this.#bringUp(forward)
    if (open) await this.#pages.open(up, page)
    return forward.id
  }

  ignorePort: Contract['ignorePort'] = ({ target, port }) => this.#store.ignore(target, port)

  setRule: Contract['setRule'] = ({ target, rule }) => this.#store.setRule(target, rule)

  watch: Contract['watch'] = ({ targets }) => {
    this.#watchAll = targets === 'all'
    this.#found.watch(targets === 'all' ? this.#parts.live() : targets)
  }

  networkChanged: Contract['networkChanged'] = () => this.retryAll()

  /** Those that are kept. */
  get saved(): readonly Forward[] {
    return this.#store.kept
  }

  /** How many lead through, and how many wait for the link or for a person. */
  get summary(): { readonly up: number; readonly waiting: number } {
    const states = [...this.#runners.values()].map(({ state }) => state.kind)
    const up = states.filter(kind => kind === 'up').length
    return { up, waiting: states.filter(kind => kind !== 'failed').length - up }
  }

  /** After sleep or a change of network: what waits tries at once. */
  retryAll(): void {
    for (const runner of this.#runners.values()) runner.retryNow(false)
  }

  /** Starts what starts with the program. Asks nobody before somebody looks. */
  startWithApp(): void {
    for (const forward of this.#store.all) if (forward.start === 'app') this.#begin(forward, true)
  }

  /** A connection to a target is there: what starts with it does. */
  startWith(isTarget: (target: Target) => boolean): void {
    for (const forward of this.#store.all) {
      if (forward.start === 'host' && !this.#runners.has(forward.id) && isTarget(forward.target))
        this.#begin(forward, true)
    }
  }

  flush(): Promise<void> {
    return this.#store.flush()
  }

  dispose(): void {
    clearInterval(this.#ticker)
    clearTimeout(this.#announce)
    this.#found.dispose()
    for (const runner of this.#runners.values()) runner.dispose()
    this.#runners.clear()
  }

  /** What is gone, by whoever's hand, must not run on. */
  #changed(): void {
    for (const id of [...this.#runners.keys()]) if (!this.#store.find(id)) this.#end(id)
    this.#touch()
  }

  async #drop(id: ForwardId): Promise<void> {
    this.#end(id)
    this.#pages.forget(id)
    await this.#store.remove(id)
  }

  #need(id: ForwardId): Forward {
    const forward = this.#store.find(id)
    if (!forward) throw new AppError('not-found', 'This forward is gone.')
    return forward
  }

  #begin(forward: Forward, quiet: boolean): ForwardRunner {
    const runner = new ForwardRunner(forward, {
      lease: options => this.#parts.lease(forward.target, options),
      knock: signal => this.#parts.knock(forward.target, signal),
      onChanged: () => this.#touch(),
      onRefused: () => void this.#rearm(forward.id).catch(error => this.#parts.reportBug('rearm', error)),
      reportBug: this.#parts.reportBug,
    })
    this.#runners.get(forward.id)?.dispose()
    this.#runners.set(forward.id, runner)
    void runner
      .start(quiet)
      .then(() => this.#keepPort(runner))
      .catch(error => this.#parts.reportBug('forward', error))
    this.#touch()
    return runner
  }

  #end(id: ForwardId): void {
    this.#runners.get(id)?.dispose()
    this.#runners.delete(id)
    this.#touch()
  }

  /** Answers the runner once its forward is up; throws why it is not. */
  async #bringUp(forward: Forward): Promise<ForwardRunner> {
    const running = this.#runners.get(forward.id)
    if (running?.state.kind === 'failed') this.#end(forward.id)
    const runner = this.#runners.get(forward.id) ?? this.#begin(forward, false)
    runner.retryNow(true)
    if (await runner.whenUp(upMs)) return runner
    const { state } = runner
    if ('error' in state && state.error) throw new AppError(state.error.code, state.error.message)
    throw new AppError(
      'timed-out',
      `The forward to ${this.#parts.nameOf(forward.target)} is not up yet. It goes on trying.`,
    )
  }

  /** The port that was free is the one for the next time: an address stays what it was. */
  async #keepPort(runner: ForwardRunner): Promise<void> {
    const { forward, listening } = runner
    if (this.#runners.get(forward.id) !== runner) return
    const { listen } = forward
    const saved = this.#store.find(forward.id)
    if (!saved || forward.kind === 'remote' || listen.kind !== 'tcp' || listening?.kind !== 'tcp') return
    if (listen.port === 0 || listen.port === listening.port || saved.presetId === null) return
    await this.#store.put({ ...saved, listen: { ...listen, port: listening.port } })
  }

  async #passing(target: Target, port: number): Promise<Forward> {
    const presetId = this.#found.at(target, port)?.presetId ?? null
    const forward: Forward = {
      id: randomUUID() as ForwardId,
      label: this.#store.preset(presetId)?.name ?? `Port ${port}`,
      target: target as Forward['target'],
      kind: 'local',
      listen: { kind: 'tcp', address: 'localhost', port },
      to: { kind: 'tcp', address: 'localhost', port },
      freePort: true,
      start: 'hand',
      presetId,
      page: this.#store.preset(presetId)?.page ?? '/',
      passing: true,
    }
    this.#automatic.delete(`${targetKey(target)} ${port}`)
    await this.#store.put(forward)
    return forward
  }

  /** Connections are refused over there: a service that was restarted elsewhere is looked for, for a minute. */
  async #rearm(id: ForwardId): Promise<void> {
    const preset = this.#store.preset(this.#store.find(id)?.presetId ?? null)
    if (!preset || this.#rearming.has(id)) return
    this.#rearming.add(id)
    try {
      for (let tries = 0; tries < rearmTries; tries++) {
        const forward = this.#store.find(id)
        const runner = this.#runners.get(id)
        // Only on the host itself: what is behind it can't be looked at from here.
        if (!forward || !runner || forward.to?.kind !== 'tcp' || forward.to.address !== 'localhost') return
        const found = await lookFor(
          preset,
          async script => (await this.#parts.runLive(forward.target, script)) ?? '',
        ).catch(() => null)
        // What was edited or taken away meanwhile stays so.
        if (this.#store.find(id) !== forward || this.#runners.get(id) !== runner) return
        if (found && found.port !== forward.to.port) {
          this.#pages.remember(id, found)
          const to = { ...forward.to, port: found.port }
          runner.retarget(to)
          return await this.#store.put({ ...forward, to })
        }
        await new Promise(resolve => setTimeout(resolve, rearmMs))
      }
    } finally {
      this.#rearming.delete(id)
    }
  }

  /** What listens on a host now: automatic forwards come and go with it. */
  #looked(target: Target, ports: readonly FoundPort[]): void {
    for (const forward of this.#store.all) {
      const { to } = forward
      if (!forward.passing || to?.kind !== 'tcp' || targetKey(forward.target) !== targetKey(target)) continue
      const key = `${targetKey(target)} ${to.port}`
      const was = this.#automatic.get(key)
      const now = ports.find(({ port }) => port === to.port)?.process
      if (was !== undefined && was !== now) void this.#drop(forward.id).catch(() => {})
    }
    if (this.#store.rule(target) === 'automatic') for (const found of ports) this.#forwardByItself(found)
    this.#touch()
  }

  #forwardByItself({ target, port, process }: FoundPort): void {
    const key = `${targetKey(target)} ${port}`
    const before = this.#automatic.get(key)
    if (this.#store.isIgnored(target, port) || this.#store.toPort(target, port)) return
    if (before !== undefined && before !== process) return
    // Why it does not come up shows on its row.
    void this.#passing(target, port).then(forward => {
      this.#automatic.set(key, process)
      this.#begin(forward, true)
    })
  }

  #tick(): void {
    if (this.#watchAll) this.#found.watch(this.#parts.live())
    // Only what has changed is told: an idle window must not be woken every second.
    const counted = JSON.stringify([...this.#runners.values()].map(runner => runner.snapshot(Date.now()).counters))
    if (counted !== this.#counted) this.#touch()
    this.#counted = counted
  }

  #touch(): void {
    this.#announce ??= setTimeout(() => {
      this.#announce = undefined
      this.#announced.fire(this.#book())
    }, announceMs)
  }

  #book(): ForwardBook {
    const { all, presets, rules } = this.#store
    const now = Date.now()
    const forwards = all.map((forward): ForwardSnapshot => {
      const snapshot = this.#runners.get(forward.id)?.snapshot(now) ?? off(forward)
      return { ...snapshot, configLine: this.#store.lineOf(forward.id) }
    })
    const found = this.#found.all.filter(({ target, port }) => {
      const other = this.#store.rule(target) === 'never' || this.#store.isIgnored(target, port)
      return !other && !this.#store.toPort(target, port)
    })
    return { forwards, found, presets, rules }
  }
}

function off(forward: Forward): RunnerSnapshot {
  const counters = { now: 0, ever: 0, bytesOut: 0, bytesIn: 0, rate: 0 }
  return { forward, state: { kind: 'off' }, listening: null, counters, lastError: null }
}
