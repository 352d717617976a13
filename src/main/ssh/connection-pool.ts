import { untilAborted } from '../../shared/base/abort.ts'
import type { AppError } from '../../shared/base/errors.ts'
import { Emitter, type Event } from '../../shared/base/event.ts'
import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import type { ConnectionPlan, PlannedHop } from './connection-plan.ts'
import { Asker } from '../prompts/asker.ts'
import type { DialOptions, DialStep } from './dialer.ts'

export interface PooledConnection extends Disposable {
  readonly onClosed: Event<AppError | null>
}

/** The right to one channel of a shared connection until disposed. */
export interface Lease<C> extends Disposable {
  readonly connection: C
}

/** Dials one hop; `via` is a lease on the hop before it. */
export type Dial<C> = (
  options: Omit<DialOptions, 'via'> & { via: { connection: C; lease: Disposable } | null },
) => Promise<C>

export interface LeaseOptions {
  readonly onStep: (step: DialStep) => void
  readonly signal: AbortSignal
  /** Fails rather than ask a person anything. */
  readonly quiet?: boolean
  /** On whose behalf questions are asked; a person's when left out. */
  readonly asker?: AskedBy | Asker
  /** Opens no session (RFC 4254, 6.1): forwards may be as many as one likes on one connection. */
  readonly noSessions?: boolean
}

interface Entry<C> {
  readonly hop: PlannedHop
  /** A person once one of those who wait for the connection is. */
  readonly asker: Asker
  readonly quiet: boolean
  dialing: Promise<C>
  live: boolean
  leases: number
  /** How many of the leases open sessions. */
  sessions: number
  idleTimer: NodeJS.Timeout | undefined
  readonly abort: AbortController
  readonly watchers: Set<(step: DialStep) => void>
  lastStep: DialStep | undefined
}

// OpenSSH's MaxSessions is 10.
const sessionsPerConnection = 9

/**
 * One login per hop for all who use it, closed a grace period after its last lease. A further connection is dialled only
 * when the channels of the others are taken. A jump host's connection is leased like any other.
 */
export class ConnectionPool<C extends PooledConnection> implements Disposable {
  readonly #entries = new Map<string, Entry<C>[]>()
  readonly #opened = new Emitter<string>()
  /** Announced with the key of its last hop when a connection is there. */
  readonly onOpened = this.#opened.event
  readonly #dial: Dial<C>
  readonly #graceMs: number

  constructor(dial: Dial<C>, graceMs: number) {
    this.#dial = dial
    this.#graceMs = graceMs
  }

  /** Throws what the dial throws; `cancelled` once `signal` aborts. */
  async lease(
    plan: ConnectionPlan,
    { onStep, signal, quiet = false, noSessions = false, asker = 'person' }: LeaseOptions,
  ): Promise<Lease<C>> {
    const hop = plan.at(-1) as PlannedHop
    const open = (this.#entries.get(hop.key) ?? []).find(each => noSessions || each.sessions < sessionsPerConnection)
    const entry = open ?? this.#create(plan, quiet)
    const raised = quiet ? undefined : follow(asker, entry.asker)
    try {
      return await this.#use(entry, { onStep, signal, noSessions })
    } catch (error) {
      // One that may ask nobody was under way already: a person who is there is asked now.
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
   * A lease on a connection that others use already; null where there is none, or all its sessions are taken. For what
   * must neither make a connection nor keep one.
   */
  async leaseLive(plan: ConnectionPlan): Promise<Lease<C> | null> {
    const key = (plan.at(-1) as PlannedHop).key
    const entry = (this.#entries.get(key) ?? []).find(
      each => each.live && each.leases > 0 && each.sessions < sessionsPerConnection,
    )
    return entry ? this.#use(entry, { onStep: () => {}, signal: new AbortController().signal }) : null
  }

  /** True while somebody holds a live connection to the end of the plan. */
  isLive(plan: ConnectionPlan): boolean {
    return (this.#entries.get((plan.at(-1) as PlannedHop).key) ?? []).some(each => each.live && each.leases > 0)
  }

  /** True while there is any connection at all. */
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
    const hop = plan.at(-1) as PlannedHop
    const entry: Entry<C> = {
      hop,
      asker: new Asker('background'),
      quiet,
      dialing: Promise.resolve() as never,
      live: false,
      leases: 0,
      sessions: 0,
      idleTimer: undefined,
      abort: new AbortController(),
      watchers: new Set(),
      lastStep: undefined,
    }
    const tell = (step: DialStep) => {
      entry.lastStep = step
      for (const watch of entry.watchers) watch(step)
    }
    entry.dialing = this.#dialThrough(plan, entry, tell)
    this.#entries.set(hop.key, [...(this.#entries.get(hop.key) ?? []), entry])
    // A dead or failed connection must never be handed to the next caller.
    entry.dialing.then(
      connection => {
        entry.live = true
        connection.onClosed(() => this.#forget(entry))
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
    const lease = await this.lease(before as unknown as ConnectionPlan, { onStep, signal, quiet, asker })
    return this.#dial({ hop: entry.hop, via: { connection: lease.connection, lease }, onStep, signal, quiet, asker })
  }

  #release(entry: Entry<C>): void {
    if (--entry.leases > 0 || !this.#has(entry)) return
    // Nobody waits for a dial any more: a question must not stay open for it.
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

  #has(entry: Entry<C>): boolean {
    return this.#entries.get(entry.hop.key)?.includes(entry) ?? false
  }

  #forget(entry: Entry<C>): void {
    const left = (this.#entries.get(entry.hop.key) ?? []).filter(other => other !== entry)
    if (left.length > 0) this.#entries.set(entry.hop.key, left)
    else this.#entries.delete(entry.hop.key)
  }
}

/**
 * Lets a dial ask openly as soon as a person waits for it. Whoever answers for the dial waits for those who wait for it: the
 * questions of the hosts behind a jump host open by themselves then.
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
