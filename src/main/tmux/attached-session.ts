import { assertNever } from '../../shared/base/assert-never.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { ControlClient, type ControlEnd } from './control-client.ts'
import type { ControlEvent } from './control-parser.ts'
import { ControlWindows, type ControlWindow } from './control-windows.ts'
import type { ControlStream } from './control-stream.ts'
import { exited, PaneShell, type PaneEnd } from './pane-shell.ts'
import { WindowSizes } from './window-sizes.ts'

/** About half the usual scrollback: a megabyte at most with few colours, sent again whenever the reader is too slow. */
const usualHistory = 5_000

export interface AttachedSessionParts {
  readonly stream: ControlStream
  /** The host, for messages. */
  readonly where: string
  /** The size of its windows until they have sizes of their own. */
  readonly size: TerminalSize
  /** Called after the end: true if the session still exists, null if that isn't known. */
  readonly remains: () => boolean | null
  readonly historyLines?: number
}

/** A session of tmux to which Hawser is attached in control mode. Disposing it leaves the session running. */
export class AttachedSession implements Disposable {
  readonly #client: ControlClient
  readonly #windows: ControlWindows
  readonly #remains: () => boolean | null
  readonly #where: string
  readonly #historyLines: number
  readonly #panes = new Map<number, PaneShell>()
  readonly #sizes: WindowSizes
  #size: TerminalSize
  #identity = ''
  #name = ''
  #known: { readonly id: string; readonly created: number } | undefined
  #end: PaneEnd | undefined
  #tellEnd: ((end: PaneEnd) => void) | undefined
  readonly #ended = new Emitter<void>()

  /** Attaches to the session. Errors: `server-refused` with tmux's words if there is none, `lost`, `timed-out`. */
  static async attach(parts: AttachedSessionParts): Promise<AttachedSession> {
    const session = new AttachedSession(parts)
    try {
      await session.#client.ready
      await session.#open()
      return session
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  private constructor({ stream, where, size, remains, historyLines = usualHistory }: AttachedSessionParts) {
    this.#where = where
    this.#size = size
    this.#remains = remains
    this.#historyLines = historyLines
    this.#client = new ControlClient(stream, where)
    this.#windows = new ControlWindows(this.#client)
    this.#sizes = new WindowSizes(this.#client)
    this.#windows.onReplaced(pane => this.#panes.get(pane)?.replaced())
    this.#client.onNotified(event => this.#handle(event))
    this.#client.onEnded(end => this.#finish(endOf(end, this.#remains(), where)))
  }

  /** Fired when a window or a pane was added, closed, renamed, resized or selected. */
  get onChanged(): Emitter<readonly ControlWindow[]>['event'] {
    return this.#windows.onChanged
  }

  get windows(): readonly ControlWindow[] {
    return this.#windows.current
  }

  /** Two sessions with the same identity are one, and so are their panes with the same ids. */
  get identity(): string {
    return this.#identity
  }

  /** The name that it has now, exactly. */
  get name(): string {
    return this.#name
  }

  /** Finds it under another name, as in `SessionRun`. */
  get known(): { readonly id: string; readonly created: number } | undefined {
    return this.#known
  }

  /** The listener is called once; at once if it has ended already. */
  onEnd(listener: (end: PaneEnd) => void): void {
    this.#tellEnd = listener
    if (this.#end) listener(this.#end)
  }

  /** Returns a pane as a shell. */
  pane(id: number): PaneShell {
    const known = this.#panes.get(id)
    if (known) return known
    const shell = new PaneShell({
      client: this.#client,
      pane: id,
      size: this.#windows.sizeOf(id) ?? this.#size,
      historyLines: this.#historyLines,
    })
    if (this.#end) shell.finish(this.#end)
    else this.#panes.set(id, shell)
    return shell
  }

  /** Sets the size of a window; tmux divides it among its panes. Another client may still decide otherwise. */
  resize(window: number, size: TerminalSize): void {
    if (!this.#end) this.#sizes.set(window, size)
  }

  /** Runs a command of tmux, and returns its output by lines. Errors: `server-refused` with tmux's words, and `lost`. */
  async run(command: string): Promise<readonly string[]> {
    const lines = await this.#client.command(command)
    return lines.map(line => Buffer.from(line).toString('utf8'))
  }

  /** Lists the windows again, for changes of which tmux says nothing. Resolves when they are known. */
  refresh(): Promise<void> {
    return new Promise(resolve => (this.#end ? resolve() : this.#windows.refresh(resolve)))
  }

  dispose(): void {
    this.#finish(exited())
  }

  async #open(): Promise<void> {
    this.#client.request(['refresh-client -f pause-after=1'], () => {})
    this.#client.request([`refresh-client -C ${this.#size.cols}x${this.#size.rows}`], () => {})
    const identified = this.#identify()
    const listed = new Promise<void>((resolve, reject) => {
      const waiting = this.onChanged(() => {
        waiting.dispose()
        resolve()
      })
      this.#ended.event(() => reject(this.#whyEnded()))
    })
    this.#windows.start()
    await Promise.all([identified, listed])
    this.onChanged(() => this.#look())
    this.#sizes.noteWindows(this.windows)
  }

  async #identify(): Promise<void> {
    const [line = ''] = await this.run(`display-message -p '#{pid} #{session_id} #{session_created} #{session_name}'`)
    const match = /^(\d+ (\$\d{1,9}) (\d{1,12})) (.*)$/s.exec(line)
    if (!match) return
    const [, identity = '', id = '', created, name = ''] = match
    this.#identity = identity
    this.#name = name
    this.#known = { id, created: Number(created) }
  }

  #whyEnded(): AppError {
    return this.#end?.kind === 'lost'
      ? this.#end.error
      : new AppError('not-found', `The tmux session on ${this.#where} has ended.`)
  }

  #handle(event: ControlEvent): void {
    if (event.kind === 'session-renamed')
      void this.#identify().then(
        () => this.refresh(),
        () => {},
      )
    if (this.#windows.handle(event)) return this.#finish(exited('tmux switched to another session.'))
    if ('pane' in event && event.pane !== null) this.#panes.get(event.pane)?.handle(event)
  }

  /** Panes may have gone, or have other sizes. */
  #look(): void {
    for (const [id, shell] of this.#panes) {
      const size = this.#windows.sizeOf(id)
      if (size) shell.resized(size)
      if (this.#windows.has(id)) continue
      this.#panes.delete(id)
      shell.finish(exited())
    }
    this.#sizes.noteWindows(this.windows)
  }

  #finish(end: PaneEnd): void {
    if (this.#end) return
    this.#end = end
    // Leaving takes a round trip, for which nobody has to wait.
    void this.#client.detach()
    for (const shell of this.#panes.values()) shell.finish(end)
    this.#panes.clear()
    this.#ended.fire()
    this.#ended.dispose()
    this.#windows.dispose()
    this.#tellEnd?.(end)
  }
}

function endOf(end: ControlEnd, remains: boolean | null, where: string): PaneEnd {
  switch (end.kind) {
    case 'lost':
      return end
    case 'exit':
      // The client was killed, or tmux has closed it: the session may still be there.
      if (/^(too far behind|lost tty|terminated)/.test(end.reason))
        return { kind: 'lost', error: new AppError('lost', `tmux on ${where} closed the connection: ${end.reason}.`) }
      if (end.reason === '' || end.reason.startsWith('detached'))
        return exited(remains === true ? 'Detached. The session is still running.' : 'The session has ended.')
      return exited(end.reason === 'exited' ? 'The session has ended.' : `tmux on ${where}: ${end.reason}.`)
    default:
      return assertNever(end)
  }
}
