import { cancelled } from '../../shared/base/abort.ts'
import { AppError, toWireError } from '../../shared/base/errors.ts'
import { assertNever } from '../../shared/base/assert-never.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Dialect } from '../../shared/base/shell-dialect.ts'
import { copyLine, folderLine, pathWords } from '../../shared/base/typed-line.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId, TerminalSize, TerminalSnapshot, TerminalState } from '../../shared/contract/terminals.ts'
import type { TmuxSession } from '../../shared/contract/tmux.ts'
import type { LeaseOptions } from '../ssh/connection-pool.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import { startHostShell, type HostShellParts, type RemoteTarget } from './host-shell.ts'
import { Reconnection, type ReconnectionParts } from './reconnection.ts'
import { SessionWindows } from './session-windows.ts'
import type { Shell, ShellEnd } from './shell.ts'
import { keyOf, noExit, stateOf, wordsFor, type TerminalEntry, type TerminalGroup } from './terminal-group.ts'
import type { OpenPort } from '../../shared/base/stream-port.ts'
import { TerminalSession } from './terminal-session.ts'
import { TmuxService } from './tmux-service.ts'
import { AttachedSession } from '../tmux/attached-session.ts'
import { Announcer } from '../work/announcer.ts'

type Contract = Services['terminals']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

/** Connection events for the Activity page. */
export type TerminalNews = 'connected' | 'closed' | 'failed' | 'lost'

export interface TerminalParts extends HostShellParts {
  readonly startLocal: (size: TerminalSize) => Promise<Shell>
  /** Returns the dialect of a target's shell. */
  readonly shellOf: (target: Target) => Promise<Dialect>
  readonly openPort: OpenPort
  readonly onNews: (kind: TerminalNews, target: RemoteTarget, text: string) => void
  /** True if a lost terminal of this target reconnects automatically. */
  readonly reconnects: (target: RemoteTarget) => boolean
  /** True if the windows of a tmux session are shown as tabs. */
  readonly showsWindows: () => boolean
  /** Waits until the lost connection to a target is to be dialed again. */
  readonly redial: (target: RemoteTarget, lost: Lost) => Turn
  readonly reportBug: (where: string, error: unknown) => void
}

const announceMs = 30

/** Opens shells and keeps their state for the window. */
export class TerminalService implements Contract, Disposable {
  readonly #changed = new Announcer(() => this.#snapshots(), { everyMs: announceMs })
  readonly onChanged = this.#changed.event
  readonly #parts: TerminalParts
  readonly #entries = new Map<TerminalId, TerminalEntry>()
  /** Sessions whose tmux said in control mode what can't be read: they are attached in one terminal from then on. */
  readonly #unreadable = new Set<string>()
  /** The sessions of tmux whose panes are terminals here. */
  readonly tmux = new TmuxService({
    sessions: () => this.#tmuxSessions(),
    windowsOf: id => this.#windowsOf(id),
    leave: id => this.#leave(id),
  })

  constructor(parts: TerminalParts) {
    this.#parts = parts
  }

  /** The number of running shells. */
  get live(): number {
    return [...this.#entries.values()].filter(entry => entry.session !== undefined).length
  }

  async open({ id, target, size, run }: Input<'open'>): Promise<void> {
    const entry = this.#again(id, size) ?? this.#create(id, { target, size, run })
    const { group } = entry
    try {
      const { signal } = group.abort
      const show = (session: TerminalSession) => session.attach(this.#parts.openPort(id))
      await this.#start(entry, { quiet: false, signal, show })
    } catch (error) {
      this.#setState(group, { kind: 'failed', error: toWireError(error) })
      if (!(error instanceof AppError && error.code === 'cancelled'))
        this.#news(group, 'failed', toWireError(error).message)
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
    const { group } = this.#create(id, { target, size, run })
    this.#lose(group, new AppError('lost', 'Not connected yet.'))
  }

  reconnect({ id, ask }: Input<'reconnect'>): void {
    return this.#entries.get(id)?.group.reconnection?.now(ask)
  }

  stopReconnecting({ id }: Input<'stopReconnecting'>): void {
    const { group } = this.#entries.get(id) ?? {}
    if (!group?.reconnection || !('error' in group.state)) return
    group.reconnection.dispose()
    group.reconnection = undefined
    this.#setState(group, { kind: 'lost', error: group.state.error })
  }

  /** A login is connected: terminals that waited for somebody to sign in use it. */
  connected(isOfLogin: (target: Target) => boolean): void {
    for (const { target, reconnection } of this.#groups()) if (isOfLogin(target)) reconnection?.connected()
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
    this.tmux.dispose()
  }

  #create(
    id: TerminalId,
    { target, run, size }: Pick<TerminalGroup, 'target' | 'run'> & { readonly size: TerminalSize },
  ): TerminalEntry {
    this.#drop(id)
    return this.#add(id, size, {
      target,
      run,
      entries: new Map(),
      abort: new AbortController(),
      state: { kind: 'connecting', step: 'Connecting' },
      startedAt: 0,
      link: undefined,
      reconnection: undefined,
      windows: undefined,
    })
  }

  #add(id: TerminalId, size: TerminalSize, group: TerminalGroup): TerminalEntry {
    const entry: TerminalEntry = { id, group, size, session: undefined, unseen: undefined }
    group.entries.set(id, entry)
    this.#entries.set(id, entry)
    this.#changed.touch()
    return entry
  }

  /** A terminal of a tmux session that was lost: it comes back with the others. */
  #again(id: TerminalId, size: TerminalSize): TerminalEntry | undefined {
    const entry = this.#entries.get(id)
    if (!entry?.group.windows) return undefined
    const { group } = entry
    group.abort.abort()
    group.abort = new AbortController()
    group.reconnection?.dispose()
    group.reconnection = undefined
    entry.size = size
    this.#setState(group, { kind: 'connecting', step: 'Connecting' })
    return entry
  }

  /**
   * Starts the shell of an entry. `show` is called with its session before anything else happens to it: even a shell that
   * has ended already has something to say.
   */
  async #start(
    entry: TerminalEntry,
    { show, ...options }: { quiet: boolean; signal: AbortSignal; show?: (session: TerminalSession) => void },
  ): Promise<void> {
    const { group } = entry
    const shell =
      group.target.kind === 'local' ? await this.#startLocal(entry) : await this.#startRemote(entry, options)
    if (options.signal.aborted) {
      group.link?.dispose()
      shell.dispose()
      throw cancelled()
    }
    group.startedAt = performance.now()
    if (shell instanceof AttachedSession) {
      this.#showWindows(entry, shell)
      if (entry.session) show?.(entry.session)
      return
    }
    let ended: ShellEnd | undefined
    let isShown = false
    const onEnd = (end: ShellEnd) => (isShown ? this.#ended(group, end) : void (ended = end))
    const session = new TerminalSession({ shell, size: entry.size, onEnd })
    show?.(session)
    entry.session = session
    isShown = true
    if (ended) this.#ended(group, ended)
  }

  #showWindows(opener: TerminalEntry, attached: AttachedSession): void {
    const { group } = opener
    group.windows ??= new SessionWindows({
      run: group.run,
      show: (id, shell) => {
        const entry = group.entries.get(id) ?? this.#add(id, opener.size, group)
        entry.session?.dispose()
        // The session ends for all of them at once.
        entry.session = new TerminalSession({ shell, size: shell.size, onEnd: () => {} })
      },
      remove: id => this.#forget(id),
      onChanged: () => this.tmux.touch(),
    })
    group.windows.use(attached, opener.id)
    attached.onEnd(end => this.#ended(group, end))
  }

  async #startLocal({ group, size }: TerminalEntry): Promise<Shell> {
    if (group.run) throw new AppError('invalid-input', 'Sessions are attached on hosts only.')
    const shell = await this.#parts.startLocal(size)
    this.#setState(group, { kind: 'ready', latencyMs: null, weak: [] })
    return shell
  }

  async #startRemote(
    { group, size }: TerminalEntry,
    { quiet, signal }: Pick<LeaseOptions, 'quiet' | 'signal'>,
  ): Promise<Shell | AttachedSession> {
    const target = group.target as RemoteTarget
    // A terminal that reconnects says so, and nothing of the steps on the way but that it asks.
    const onStep = (step: DialStep) => {
      if (!group.reconnection || step.kind === 'asking') this.#setState(group, step)
      else if (group.state.kind === 'asking') this.#setState(group, group.reconnection.dialing)
    }
    const options: LeaseOptions = { onStep, signal, quiet: quiet === true }
    const run = group.windows?.run ?? group.run
    const showsWindows = this.#parts.showsWindows() && !this.#unreadable.has(keyOf(group))
    const { shell, connection } = await startHostShell(this.#parts, target, { ...options, run, size, showsWindows })
    this.#setState(group, stateOf(connection.link, connection.weak))
    group.link = connection.onLinkChanged(link => {
      if (group.state.kind === 'ready' || group.state.kind === 'stalled')
        this.#setState(group, stateOf(link, connection.weak))
    })
    this.#news(group, 'connected', `Connected to ${connection.where}`)
    return shell
  }

  #ended(group: TerminalGroup, end: ShellEnd): void {
    group.link?.dispose()
    for (const entry of group.entries.values()) {
      entry.session?.dispose()
      entry.unseen = entry.session?.isShown === false ? entry.session : undefined
      entry.session = undefined
    }
    if (group.entries.size === 0) return
    switch (end.kind) {
      case 'exited': {
        const { exit, sentence } = end
        this.#news(group, 'closed', sentence === undefined || sentence === '' ? wordsFor(exit) : sentence)
        this.#setState(group, { kind: 'exited', exit, ...(sentence ? { sentence } : {}) })
        group.windows?.dispose()
        group.windows = undefined
        return this.tmux.touch()
      }
      case 'lost':
        if (end.error.code === 'unsupported') {
          this.#unreadable.add(keyOf(group))
          return this.#ended(group, { kind: 'exited', exit: noExit, sentence: end.error.message })
        }
        group.windows?.lose()
        this.#news(group, 'lost', end.error.message)
        this.#lose(group, end.error)
        // The window must leave the old shell's port before it hears of the next shell.
        return this.#changed.now()
      default:
        return assertNever(end)
    }
  }

  #lose(group: TerminalGroup, error: AppError): void {
    const { target } = group
    this.#setState(group, { kind: 'lost', error: toWireError(error) })
    if (target.kind === 'local' || !this.#parts.reconnects(target)) return
    const parts: ReconnectionParts = {
      redial: lost => this.#parts.redial(target, lost),
      connect: async ({ quiet, signal }) => {
        const { reconnection } = group
        const [entry] = group.entries.values()
        if (!entry) return
        await this.#start(entry, { quiet, signal })
        if (group.reconnection === reconnection) group.reconnection = undefined
      },
      onState: state => this.#setState(group, state),
      onGivenUp: why => {
        group.reconnection = undefined
        this.#news(group, 'failed', why.message)
        this.#setState(group, { kind: 'failed', error: toWireError(why) })
      },
      reportBug: this.#parts.reportBug,
    }
    group.reconnection = new Reconnection(parts, {
      error,
      upMs: group.startedAt === 0 ? 0 : performance.now() - group.startedAt,
    })
  }

  #drop(id: TerminalId): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    const { group } = entry
    if (group.entries.size === 1) {
      group.abort.abort()
      group.reconnection?.dispose()
      group.link?.dispose()
      if (entry.session) this.#news(group, 'closed', 'Closed')
      group.windows?.dispose()
      if (group.windows) this.tmux.touch()
    }
    this.#forget(id)
  }

  /** Removes a terminal, of which nothing more is said: its group may go on without it. */
  #forget(id: TerminalId): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#entries.delete(id)
    entry.group.entries.delete(id)
    entry.session?.dispose()
    this.#changed.touch()
  }

  #groups(): ReadonlySet<TerminalGroup> {
    return new Set([...this.#entries.values()].map(({ group }) => group))
  }

  #tmuxSessions(): readonly TmuxSession[] {
    return [...this.#groups()].flatMap(({ windows, target }) =>
      windows?.run ? { id: windows.id, target, run: windows.run, windows: windows.windows } : [],
    )
  }

  #windowsOf(id: TerminalId): SessionWindows {
    const windows = this.#entries.get(id)?.group.windows
    if (!windows) throw new AppError('not-found', 'This terminal is no pane of tmux.')
    return windows
  }

  #leave(id: TerminalId): void {
    for (const each of [...(this.#entries.get(id)?.group.entries.keys() ?? [])]) this.#drop(each)
  }

  #news({ target }: TerminalGroup, kind: TerminalNews, text: string): void {
    if (target.kind !== 'local') this.#parts.onNews(kind, target, text)
  }

  #setState(group: TerminalGroup, state: TerminalState): void {
    group.state = state
    this.#changed.touch()
  }

  #snapshots(): readonly TerminalSnapshot[] {
    return [...this.#entries.values()].map(({ id, group: { target, state, run, windows } }) => ({
      id,
      target,
      state,
      run: windows?.run ?? run,
      ...(windows ? { isTmuxPane: true } : {}),
    }))
  }
}
