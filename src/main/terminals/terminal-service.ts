import { cancelled } from '../../shared/base/abort.ts'
import { AppError, toWireError } from '../../shared/base/errors.ts'
import { assertNever } from '../../shared/base/assert-never.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Dialect } from '../../shared/base/shell-dialect.ts'
import { copyLine, folderLine, pathWords } from '../../shared/base/typed-line.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId, TerminalSize, TerminalSnapshot, TerminalState } from '../../shared/contract/terminals.ts'
import type { Connection } from '../ssh/connection.ts'
import type { LinkState } from '../ssh/link-watch.ts'
import { targetHop, type ConnectionPlan } from '../ssh/connection-plan.ts'
import type { Lease, LeaseOptions } from '../ssh/connection-pool.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import { attachCommand } from './attach-command.ts'
import { Reconnection, type ReconnectionParts } from './reconnection.ts'
import { startRemoteShell } from './remote-shell.ts'
import type { Shell, ShellEnd } from './shell.ts'
import type { OpenPort } from '../../shared/base/stream-port.ts'
import { TerminalSession } from './terminal-session.ts'
import { Announcer } from '../work/announcer.ts'

type Contract = Services['terminals']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]
type RemoteTarget = Exclude<Target, { kind: 'local' }>

/** Connection events for the Activity page. */
export type TerminalNews = 'connected' | 'closed' | 'failed' | 'lost'

export interface TerminalParts {
  readonly lease: (plan: ConnectionPlan, options: LeaseOptions) => Promise<Lease<Connection>>
  /** Plans the hops to a target, once everything they depend on is known. */
  readonly prepare: (target: RemoteTarget, options: LeaseOptions) => Promise<ConnectionPlan>
  readonly startLocal: (size: TerminalSize) => Promise<Shell>
  /** Returns the dialect of a target's shell. */
  readonly shellOf: (target: Target) => Promise<Dialect>
  readonly openPort: OpenPort
  readonly env: NodeJS.ProcessEnv
  readonly onNews: (kind: TerminalNews, target: RemoteTarget, text: string) => void
  /** True if a lost terminal of this target reconnects automatically. */
  readonly reconnects: (target: RemoteTarget) => boolean
  /** Waits until the lost connection to a target is to be dialed again. */
  readonly redial: (target: RemoteTarget, lost: Lost) => Turn
  readonly reportBug: (where: string, error: unknown) => void
}

interface Entry {
  readonly id: TerminalId
  readonly target: Target
  readonly run: SessionRun | undefined
  readonly abort: AbortController
  state: TerminalState
  size: TerminalSize
  session: TerminalSession | undefined
  /** The session of a shell that ended before a page received its output. */
  unseen: TerminalSession | undefined
  /** When the shell was started, as in `performance.now`; 0 if none was. */
  startedAt: number
  link: Disposable | undefined
  reconnection: Reconnection | undefined
}

const announceMs = 30

/** Opens shells and keeps their state for the window. */
export class TerminalService implements Contract, Disposable {
  readonly #changed = new Announcer(() => this.#snapshots(), { everyMs: announceMs })
  readonly onChanged = this.#changed.event
  readonly #parts: TerminalParts
  readonly #entries = new Map<TerminalId, Entry>()

  constructor(parts: TerminalParts) {
    this.#parts = parts
  }

  /** The number of running shells. */
  get live(): number {
    return [...this.#entries.values()].filter(entry => entry.session !== undefined).length
  }

  async open({ id, target, size, run }: Input<'open'>): Promise<void> {
    const entry = this.#create(id, { target, size, run })
    try {
      const { signal } = entry.abort
      await this.#start(entry, { quiet: false, signal, show: session => session.attach(this.#parts.openPort(id)) })
    } catch (error) {
      this.#setState(entry, { kind: 'failed', error: toWireError(error) })
      if (!(error instanceof AppError && error.code === 'cancelled'))
        this.#news(entry, 'failed', toWireError(error).message)
      throw error
    }
  }

  attach({ id, portId }: Input<'attach'>): void {
    const entry = this.#entries.get(id)
    const session = entry?.session ?? entry?.unseen
    if (!entry || !session) throw new AppError('not-found', 'This terminal is not connected.')
    session.attach(this.#parts.openPort(portId))
    if (!entry.session) session.dispose()
    entry.unseen = undefined
  }

  resize({ id, size }: Input<'resize'>): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    entry.size = size
    entry.session?.resize(size)
  }

  restore({ id, target, size, run }: Input<'restore'>): void {
    if (target.kind === 'local' || !this.#parts.reconnects(target)) return
    const entry = this.#create(id, { target, size, run })
    this.#lose(entry, new AppError('lost', 'Not connected yet.'))
  }

  reconnect({ id, ask }: Input<'reconnect'>): void {
    return this.#entries.get(id)?.reconnection?.now(ask)
  }

  stopReconnecting({ id }: Input<'stopReconnecting'>): void {
    const entry = this.#entries.get(id)
    const { state } = entry ?? {}
    if (!entry?.reconnection || !state || !('error' in state)) return
    entry.reconnection.dispose()
    entry.reconnection = undefined
    this.#setState(entry, { kind: 'lost', error: state.error })
  }

  /** A login is connected: terminals that waited for somebody to sign in use it. */
  connected(isOfLogin: (target: Target) => boolean): void {
    for (const { target, reconnection } of this.#entries.values()) if (isOfLogin(target)) reconnection?.connected()
  }

  async lineFor({ target, request }: Input<'lineFor'>): Promise<string> {
    const dialect = await this.#parts.shellOf(target)
    switch (request.kind) {
      case 'folder':
        return folderLine(request.path, dialect)
      case 'paths':
        return pathWords(request.paths, dialect)
      case 'copy':
        return copyLine(request, dialect)
      default:
        return assertNever(request)
    }
  }

  close({ id }: Input<'close'>): void {
    return this.#drop(id)
  }

  list(): readonly TerminalSnapshot[] {
    return this.#snapshots()
  }

  /** Ends every shell because the window was closed for good. */
  closeAll(): void {
    for (const id of [...this.#entries.keys()]) this.#drop(id)
  }

  dispose(): void {
    this.closeAll()
    this.#changed.dispose()
  }

  #create(id: TerminalId, { target, size, run }: Pick<Entry, 'target' | 'size' | 'run'>): Entry {
    this.#drop(id)
    const entry: Entry = {
      id,
      target,
      run,
      abort: new AbortController(),
      state: { kind: 'connecting', step: 'Connecting' },
      size,
      session: undefined,
      unseen: undefined,
      startedAt: 0,
      link: undefined,
      reconnection: undefined,
    }
    this.#entries.set(id, entry)
    this.#changed.touch()
    return entry
  }

  /**
   * Starts the shell of an entry. `show` is called with its session before anything else happens to it: even a shell that
   * has ended already has something to say.
   */
  async #start(
    entry: Entry,
    { show, ...options }: { quiet: boolean; signal: AbortSignal; show?: (session: TerminalSession) => void },
  ): Promise<void> {
    const shell =
      entry.target.kind === 'local' ? await this.#startLocal(entry) : await this.#startRemote(entry, options)
    if (options.signal.aborted) {
      entry.link?.dispose()
      shell.dispose()
      throw cancelled()
    }
    entry.startedAt = performance.now()
    let ended: ShellEnd | undefined
    let isShown = false
    const onEnd = (end: ShellEnd) => (isShown ? this.#ended(entry, end) : void (ended = end))
    const session = new TerminalSession({ shell, size: entry.size, onEnd })
    show?.(session)
    entry.session = session
    isShown = true
    if (ended) this.#ended(entry, ended)
  }

  async #startLocal(entry: Entry): Promise<Shell> {
    if (entry.run) throw new AppError('invalid-input', 'Sessions are attached on hosts only.')
    const shell = await this.#parts.startLocal(entry.size)
    this.#setState(entry, { kind: 'ready', latencyMs: null, weak: [] })
    return shell
  }

  async #startRemote(entry: Entry, { quiet, signal }: Pick<LeaseOptions, 'quiet' | 'signal'>): Promise<Shell> {
    const { run } = entry
    const target = entry.target as RemoteTarget
    // A terminal that reconnects says so, and nothing of the steps on the way but that it asks.
    const onStep = (step: DialStep) => {
      if (!entry.reconnection || step.kind === 'asking') this.#setState(entry, step)
      else if (entry.state.kind === 'asking') this.#setState(entry, entry.reconnection.dialing)
    }
    const options: LeaseOptions = { onStep, signal, quiet: quiet === true }
    const plan = await this.#parts.prepare(target, options)
    const lease = await this.#parts.lease(plan, options)
    onStep({ kind: 'connecting', step: 'Starting the shell' })
    const { session: configured } = targetHop(plan).options
    const session = run ? { ...configured, command: attachCommand(run), tty: true } : configured
    const shell = await startRemoteShell(lease, { size: entry.size, env: this.#parts.env, session, signal, onStep })
    const { connection } = shell
    this.#setState(entry, fromLink(connection.link, connection.weak))
    entry.link = connection.onLinkChanged(link => {
      if (entry.state.kind === 'ready' || entry.state.kind === 'stalled')
        this.#setState(entry, fromLink(link, connection.weak))
    })
    this.#news(entry, 'connected', `Connected to ${connection.where}`)
    return shell
  }

  #ended(entry: Entry, end: ShellEnd): void {
    entry.link?.dispose()
    entry.session?.dispose()
    entry.unseen = entry.session?.isShown === false ? entry.session : undefined
    entry.session = undefined
    if (this.#entries.get(entry.id) !== entry) return
    switch (end.kind) {
      case 'exited':
        this.#news(
          entry,
          'closed',
          end.exit.signal
            ? `Terminated by ${end.exit.signal}`
            : end.exit.code === null
              ? 'Ended'
              : `Exited with code ${end.exit.code}`,
        )
        return this.#setState(entry, { kind: 'exited', exit: end.exit })
      case 'lost':
        this.#news(entry, 'lost', end.error.message)
        this.#lose(entry, end.error)
        // The window must leave the old shell's port before it hears of the next shell.
        return this.#changed.now()
      default:
        return assertNever(end)
    }
  }

  #lose(entry: Entry, error: AppError): void {
    const { target } = entry
    this.#setState(entry, { kind: 'lost', error: toWireError(error) })
    if (target.kind === 'local' || !this.#parts.reconnects(target)) return
    const parts: ReconnectionParts = {
      redial: lost => this.#parts.redial(target, lost),
      connect: async ({ quiet, signal }) => {
        const { reconnection } = entry
        await this.#start(entry, { quiet, signal })
        if (entry.reconnection === reconnection) entry.reconnection = undefined
      },
      onState: state => this.#setState(entry, state),
      onGivenUp: why => {
        entry.reconnection = undefined
        this.#news(entry, 'failed', why.message)
        this.#setState(entry, { kind: 'failed', error: toWireError(why) })
      },
      reportBug: this.#parts.reportBug,
    }
    entry.reconnection = new Reconnection(parts, {
      error,
      upMs: entry.startedAt === 0 ? 0 : performance.now() - entry.startedAt,
    })
  }

  #drop(id: TerminalId): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#entries.delete(id)
    entry.abort.abort()
    entry.reconnection?.dispose()
    entry.link?.dispose()
    if (entry.session) this.#news(entry, 'closed', 'Closed')
    entry.session?.dispose()
    this.#changed.touch()
  }

  #news(entry: Entry, kind: TerminalNews, text: string): void {
    if (entry.target.kind !== 'local') this.#parts.onNews(kind, entry.target, text)
  }

  #setState(entry: Entry, state: TerminalState): void {
    if (this.#entries.get(entry.id) !== entry) return
    entry.state = state
    this.#changed.touch()
  }

  #snapshots(): readonly TerminalSnapshot[] {
    return [...this.#entries.values()].map(({ id, target, state, run }) => ({ id, target, state, run }))
  }
}

function fromLink(link: LinkState, weak: readonly string[]): TerminalState {
  return link.kind === 'stalled'
    ? { kind: 'stalled', seconds: link.seconds }
    : { kind: 'ready', latencyMs: link.latencyMs, weak }
}
