import { untilAborted } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter, type Event } from '../../shared/base/event.ts'
import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import { targetHop, withTargetHop, type ConnectionPlan, type PlannedHop } from './connection-plan.ts'
import { Asker } from '../prompts/asker.ts'
import type { DialStep } from './dial-step.ts'
import type { DialOptions } from './dialer.ts'
import { allTaken, goneEvent, isSessionRefused, needsSecondLogin, noSessionsError } from './session-route.ts'
import type { RouteOptions, Session, SessionRoute } from './session-route.ts'

export interface PooledConnection<Self> extends Disposable {
  readonly onClosed: Event<AppError | null>
  /** The number of open sessions (RFC 4254, 6.1) on this connection. */
  readonly sessions: number
  /** The same, including sessions that have just ended and that the server may not have released yet. */
  readonly sessionsOfLate: number
  /** True if the server disconnected right after it refused a forwarded connection. */
  readonly endedByRefusal: boolean
  /** Sets the function that chooses which connection of the same login opens a session. */
  routeSessions(route: SessionRoute<Self>): void
}

/** The right to use a shared connection until disposed. */
export interface Lease<C> extends Disposable {
  readonly connection: C
}

/** Dials one hop; `via` is a lease on the previous hop. */
export type Dial<C> = (
  options: Omit<DialOptions, 'via'> & { via: { connection: C; lease: Disposable } | null },
) => Promise<C>

export interface LeaseOptions {
  readonly onStep: (step: DialStep) => void
  readonly signal: AbortSignal
  /** Fails instead of asking the user anything. */
  readonly quiet?: boolean
  /** On whose behalf questions are asked; the user's by default. */
  readonly asker?: AskedBy | Asker
  /** Opens no sessions (RFC 4254, 6.1): any number of forwards fit on one connection. */
  readonly noSessions?: boolean
}

interface Entry<C> {
  readonly hop: PlannedHop
  readonly plan: ConnectionPlan
  /** Counts as the user as soon as one of those waiting for the connection does. */
  readonly asker: Asker
  readonly quiet: boolean
  dialing: Promise<C>
  live: boolean
  leases: number
  /** The number of leases that open sessions. */
  sessions: number
  /** The number of sessions that this connection is expected to allow. */
  capacity: number
  /** True once a session was opened on it. */
  proven: boolean
  idleTimer: NodeJS.Timeout | undefined
  readonly abort: AbortController
  readonly watchers: Set<(step: DialStep) => void>
  lastStep: DialStep | undefined
}

// OpenSSH's MaxSessions is 10; one is kept free.
const defaultSessions = 9
// Parallel commands must not flood a server that allows one session per connection with logins.
const maxConnections = 12
const freeMs = 15_000

/**
 * Shares one connection per hop among all callers and closes it a grace period after its last lease. Another connection
 * is dialed only when the sessions of the others are in use; a refusal reveals how many the server allows. A jump
 * host's connection is leased like any other. Where a refused forward made the server disconnect, each forward gets its
 * own login.
 */
export class ConnectionPool<C extends PooledConnection<C>> implements Disposable {
  readonly #entries = new Map<string, Entry<C>[]>()
  readonly #opened = new Emitter<string>()
  /** Emitted with the key of its last hop when a connection is open. */
  readonly onOpened = this.#opened.event
  readonly #dial: Dial<C>
  readonly #graceMs: number
  // The number of sessions that each login's connections were seen to allow.
  readonly #capacities = new Map<string, number>()
  // Logins that have carried a session.
  readonly #proven = new Set<string>()
  // Hops whose server disconnects when it refuses a forward.
  readonly #endedByRefusal = new Set<string>()
  readonly #freed = new Emitter<string>()
  #forwards = 0

  constructor(dial: Dial<C>, graceMs: number) {
    this.#dial = dial
    this.#graceMs = graceMs
  }

  /**
   * Returns a lease on the connection at the end of the plan. Errors: those of the dial; `cancelled` when `signal`
   * aborts.
   */
  async lease(
    plan: ConnectionPlan,
    { onStep, signal, quiet = false, noSessions = false, asker = 'person' }: LeaseOptions,
  ): Promise<Lease<C>> {
    const hop = targetHop(plan)
    const dedicated = noSessions && this.#endedByRefusal.has(hop.key)
    const open = dedicated ? undefined : this.#all(hop.key).find(each => noSessions || hasRoom(each))
    const ownKey = () => withTargetHop(plan, { key: `${hop.key} forward ${++this.#forwards}` })
    const entry = open ?? this.#create(dedicated ? ownKey() : plan, quiet)
    const raised = quiet ? undefined : follow(asker, entry.asker)
    try {
      return await this.#use(entry, { onStep, signal, noSessions })
    } catch (error) {
      // A dial in progress was not allowed to ask; this caller is, so dial again.
      if (quiet || !entry.quiet || (error as { code?: unknown }).code !== 'needs-answer') throw error
      return await this.lease(plan, { onStep, signal, noSessions, asker })
    } finally {
      raised?.dispose()
    }
  }

  async #use(entry: Entry<C>, { onStep, signal, noSessions = false }: Omit<LeaseOptions, 'quiet'>): Promise<Lease<C>> {
    entry.leases++
    if (!noSessions) entry.sessions++
    clearTimeout(entry.idleTimer)
    const release = once(() => {
      if (!noSessions) entry.sessions--
      this.#release(entry)
    })
    entry.watchers.add(onStep)
    if (entry.lastStep) onStep(entry.lastStep)
    try {
      return { connection: await untilAborted(entry.dialing, signal), dispose: release }
    } catch (error) {
      release()
      throw error
    } finally {
      entry.watchers.delete(onStep)
    }
  }

  /**
   * A lease on a connection that is already in use; null if there is none or all its sessions are in use. For work that
   * must neither open a connection nor keep one open.
   */
  async leaseLive(plan: ConnectionPlan): Promise<Lease<C> | null> {
    const key = targetHop(plan).key
    const entry = this.#all(key).find(each => each.live && each.leases > 0 && hasRoom(each))
    return entry ? this.#use(entry, { onStep: () => {}, signal: entry.abort.signal }) : null
  }

  /** True while a live connection to the end of the plan is leased. */
  isLive(plan: ConnectionPlan): boolean {
    return this.#all(targetHop(plan).key).some(each => each.live && each.leases > 0)
  }

  /** True while there is any connection. */
  get isBusy(): boolean {
    return this.#entries.size > 0
  }

  /** Visits every live connection. */
  forEach(visit: (connection: C) => void): void {
    for (const entry of [...this.#entries.values()].flat()) {
      if (entry.live) void entry.dialing.then(visit)
    }
  }

  /** Forgets all connections and closes them. */
  dispose(): void {
    for (const entry of [...this.#entries.values()].flat()) this.#close(entry)
    this.#opened.dispose()
  }

  #create(plan: ConnectionPlan, quiet: boolean): Entry<C> {
    const hop = targetHop(plan)
    const entry: Entry<C> = {
      hop,
      plan,
      asker: new Asker('background'),
      quiet,
      dialing: Promise.resolve() as never,
      live: false,
      leases: 0,
      sessions: 0,
      capacity: this.#capacities.get(loginOf(hop)) ?? defaultSessions,
      proven: false,
      idleTimer: undefined,
      abort: new AbortController(),
      watchers: new Set(),
      lastStep: undefined,
    }
    const report = (step: DialStep) => {
      entry.lastStep = step
      for (const watch of entry.watchers) watch(step)
    }
    entry.dialing = this.#dialThrough(plan, entry, report)
    this.#entries.set(hop.key, [...this.#all(hop.key), entry])
    // A dead or failed connection must never be handed to the next caller.
    entry.dialing.then(
      connection => {
        entry.live = true
        connection.onClosed(() => {
          if (connection.endedByRefusal) this.#endedByRefusal.add(hop.key)
          this.#forget(entry)
        })
        connection.routeSessions((open, options) => this.#openSession(entry, open, options))
        this.#opened.fire(hop.key)
      },
      () => this.#forget(entry),
    )
    return entry
  }

  async #dialThrough(plan: ConnectionPlan, entry: Entry<C>, onStep: (step: DialStep) => void): Promise<C> {
    const { signal } = entry.abort
    const { quiet, asker } = entry
    const before = plan.slice(0, -1)
    if (before.length === 0) return this.#dial({ hop: entry.hop, via: null, onStep, signal, quiet, asker })
    const options = { onStep, signal, quiet, asker, noSessions: true }
    const lease = await this.lease(before as unknown as ConnectionPlan, options)
    return this.#dial({ hop: entry.hop, via: { connection: lease.connection, lease }, onStep, signal, quiet, asker })
  }

  /**
   * Opens a session on the entry's connection, or on another one of the same login if that one has no sessions left.
   */
  async #openSession<S extends Session>(
    entry: Entry<C>,
    open: (on: C) => Promise<S>,
    options: RouteOptions,
  ): Promise<S> {
    const connection = await entry.dialing
    const tried = new Set([entry])
    if (connection.sessions < entry.capacity) {
      try {
        return await this.#openOn(entry, open)
      } catch (error) {
        await this.#learn(entry, error)
      }
    }
    for (;;) {
      const { entry: other, lease } = await this.#leaseOther(entry, tried, options)
      tried.add(other)
      try {
        const session = await this.#openOn(other, open)
        session.channel.once(goneEvent, () => lease.dispose())
        return session
      } catch (error) {
        lease.dispose()
        await this.#learn(other, error)
      }
    }
  }

  async #openOn<S extends Session>(entry: Entry<C>, open: (on: C) => Promise<S>): Promise<S> {
    const session = await open(await entry.dialing)
    entry.proven = true
    this.#proven.add(loginOf(entry.hop))
    return session
  }

  /** Lowers the expected capacity of the connection; throws `error` unless another connection may help. */
  async #learn(entry: Entry<C>, error: unknown): Promise<void> {
    const login = loginOf(entry.hop)
    if (!(error instanceof AppError) || !isSessionRefused(error)) throw error
    const carried = (await entry.dialing).sessionsOfLate
    if (!entry.proven && carried === 0) throw this.#proven.has(login) ? error : noSessionsError(entry.hop.label, error)
    entry.capacity = Math.min(entry.capacity, Math.max(1, carried))
    this.#capacities.set(login, entry.capacity)
  }

  async #leaseOther(
    full: Entry<C>,
    tried: ReadonlySet<Entry<C>>,
    { signal, onStep }: RouteOptions,
  ): Promise<{ entry: Entry<C>; lease: Lease<C> }> {
    const { hop, plan } = full
    const quiet = onStep === undefined
    for (;;) {
      const all = this.#all(hop.key)
      const free = all.find(each => !tried.has(each) && hasRoom(each))
      if (!free && all.length >= maxConnections) {
        await this.#untilFreed(hop, signal)
        continue
      }
      const entry = free ?? this.#create(plan, quiet)
      if (!quiet) entry.asker.raise()
      onStep?.({
        kind: 'connecting',
        step: `${hop.label} accepts no more sessions on this connection, so Hawser opens another one`,
      })
      try {
        return { entry, lease: await this.#use(entry, { onStep: onStep ?? (() => {}), signal }) }
      } catch (error) {
        throw (error as { code?: unknown }).code === 'needs-answer'
          ? needsSecondLogin(hop.label, full.capacity, error)
          : error
      }
    }
  }

  /** Waits until a session of the hop ends. Errors: `too-many-connections` after 15 s, `cancelled` on abort. */
  async #untilFreed(hop: PlannedHop, signal: AbortSignal): Promise<void> {
    let freed: Disposable | undefined
    let timer: NodeJS.Timeout | undefined
    const waiting = new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(allTaken(hop.label)), freeMs)
      freed = this.#freed.event(key => (key === hop.key ? resolve() : undefined))
    })
    try {
      await untilAborted(waiting, signal)
    } finally {
      clearTimeout(timer)
      freed?.dispose()
    }
  }

  #release(entry: Entry<C>): void {
    queueMicrotask(() => this.#freed.fire(entry.hop.key))
    if (--entry.leases > 0 || !this.#has(entry)) return
    // Nobody waits for the dial any more, so it must not leave a question open.
    if (entry.live) entry.idleTimer = setTimeout(() => this.#close(entry), this.#graceMs)
    else this.#close(entry)
  }

  #close(entry: Entry<C>): void {
    this.#forget(entry)
    clearTimeout(entry.idleTimer)
    entry.abort.abort()
    void entry.dialing.then(
      connection => connection.dispose(),
      () => {},
    )
  }

  #all(key: string): readonly Entry<C>[] {
    return this.#entries.get(key) ?? []
  }

  #has(entry: Entry<C>): boolean {
    return this.#all(entry.hop.key).includes(entry)
  }

  #forget(entry: Entry<C>): void {
    const left = this.#all(entry.hop.key).filter(other => other !== entry)
    if (left.length > 0) this.#entries.set(entry.hop.key, left)
    else this.#entries.delete(entry.hop.key)
  }
}

function hasRoom({ sessions, capacity }: { readonly sessions: number; readonly capacity: number }): boolean {
  return sessions < capacity
}

/** The login of a hop, whatever its connections are used for. */
function loginOf({ user, address, port }: PlannedHop): string {
  return `${user}@${address}:${port}`
}

/**
 * Lets a dial ask openly as soon as the user waits for it. Everyone waiting for this dial also counts as waiting for
 * its jump hosts, so their questions open automatically too.
 */
function follow(asker: AskedBy | Asker, dial: Asker): Disposable | undefined {
  if (asker === 'background') return undefined
  if (asker === 'person' || asker.by === 'person') {
    dial.raise()
    return undefined
  }
  const store = new DisposableStore()
  store.add(asker.onRaised(() => dial.raise()))
  store.add(dial.onTaken(() => asker.take()))
  return store
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    run()
  }
}
