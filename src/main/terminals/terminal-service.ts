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
import { attachCommand } from './attach-command.ts'
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
}

interface Entry {
  readonly id: TerminalId
  readonly target: Target
  readonly run: SessionRun | undefined
  readonly abort: AbortController
  state: TerminalState
  session: TerminalSession | undefined
  link: Disposable | undefined
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
    this.#drop(id)
    const entry: Entry = {
      id,
      target,
      run,
      abort: new AbortController(),
      state: { kind: 'connecting', step: 'Connecting' },
      session: undefined,
      link: undefined,
    }
    this.#entries.set(id, entry)
    this.#changed.touch()
    try {
      const shell = await this.#start(entry, size)
      if (entry.abort.signal.aborted) {
        shell.dispose()
        throw cancelled()
      }
      entry.session = new TerminalSession({
        shell,
        port: this.#parts.openPort(id),
        size,
        onEnd: end => this.#ended(entry, end),
        onAbandoned: () => this.#drop(id),
      })
    } catch (error) {
      this.#setState(entry, { kind: 'failed', error: toWireError(error) })
      if (!(error instanceof AppError && error.code === 'cancelled'))
        this.#news(entry, 'failed', toWireError(error).message)
      throw error
    }
  }

  attach({ id }: Input<'attach'>): void {
    const session = this.#entries.get(id)?.session
    if (!session) throw new AppError('not-found', 'This terminal is not connected.')
    session.attach(this.#parts.openPort(id))
  }

  resize({ id, size }: Input<'resize'>): void | undefined {
    return this.#entries.get(id)?.session?.resize(size)
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

  async #start(entry: Entry, size: TerminalSize): Promise<Shell> {
    const { target, run } = entry
    if (target.kind === 'local') {
      if (run) throw new AppError('invalid-input', 'Sessions are attached on hosts only.')
      const shell = await this.#parts.startLocal(size)
      this.#setState(entry, { kind: 'ready', latencyMs: null, weak: [] })
      return shell
    }
    const { signal } = entry.abort
    const options: LeaseOptions = { onStep: step => this.#setState(entry, step), signal }
    const plan = await this.#parts.prepare(target, options)
    const lease = await this.#parts.lease(plan, options)
    this.#setState(entry, { kind: 'connecting', step: 'Starting the shell' })
    const { session: configured } = targetHop(plan).options
    const session = run ? { ...configured, command: attachCommand(run), tty: true } : configured
    const { onStep } = options
    const shell = await startRemoteShell(lease, { size, env: this.#parts.env, session, signal, onStep })
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
        return this.#setState(entry, { kind: 'lost', error: toWireError(end.error) })
      default:
        return assertNever(end)
    }
  }

  #drop(id: TerminalId): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#entries.delete(id)
    entry.abort.abort()
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
