import { assertNever } from '../../shared/base/assert-never.ts'
import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Exit, TerminalSize } from '../../shared/contract/terminals.ts'
import { ControlClient, type ControlEnd } from './control-client.ts'
import type { ControlEvent } from './control-parser.ts'
import { ControlPane } from './control-pane.ts'
import { ControlSession, type ControlWindow } from './control-session.ts'
import type { ControlStream } from './control-stream.ts'

/** About half the usual scrollback: a megabyte at most with few colours, sent again whenever the reader is too slow. */
const usualHistory = 5_000
const subscription = 'hawser'
const longestPath = 4_096
const longestProgram = 256

/**
 * How the shell ended; `sentence` says more than that its program ended, if it isn't empty. A superset of the `ShellEnd`
 * of `terminals/shell`.
 */
export type ControlShellEnd =
  | { readonly kind: 'exited'; readonly exit: Exit; readonly sentence: string }
  | { readonly kind: 'lost'; readonly error: AppError }

/** What runs in the pane. */
export interface PaneProgram {
  readonly command: string
  readonly path: string
}

export interface ControlShellParts {
  readonly stream: ControlStream
  /** The host, for messages. */
  readonly where: string
  readonly size: TerminalSize
  /** Called after the end: true if the session still exists, null if that isn't known. */
  readonly remains: () => boolean | null
  /** The pane to show; by default the active one. */
  readonly pane?: number
  readonly historyLines?: number
}

/** A pane of a tmux session as a shell: a `Shell` of `terminals/shell`. Disposing it leaves the session running. */
export class ControlShell implements Disposable {
  /**
   * tmux answers the queries of programs (DA, DSR, DECRQM and others) itself, and passes them on as well. The terminal must
   * not answer them again: only what the user types, pastes or does with the mouse may be written.
   */
  readonly answersQueries = true

  readonly #client: ControlClient
  readonly #session: ControlSession
  readonly #remains: () => boolean | null
  readonly #where: string
  readonly #historyLines: number
  readonly #sized = new Emitter<TerminalSize>()
  readonly #programmed = new Emitter<PaneProgram>()
  #pane: { readonly id: number; readonly view: ControlPane } | undefined
  #size: TerminalSize
  #wanted: TerminalSize
  #asked: TerminalSize | undefined
  #isResizing = false
  #early: Uint8Array[] = []
  #tellData: ((data: Buffer) => void) | undefined
  #end: ControlShellEnd | undefined
  #tellEnd: ((end: ControlShellEnd) => void) | undefined
  #opening: { resolve: () => void; reject: (error: AppError) => void } | undefined

  /**
   * Attaches to the session. Errors: `server-refused` with tmux's words if there is none, `lost`, `timed-out`, `not-found` for
   * a pane that isn't there.
   */
  static async attach(parts: ControlShellParts): Promise<ControlShell> {
    const shell = new ControlShell(parts)
    try {
      await shell.#client.ready
      await shell.#open(parts.pane)
      return shell
    } catch (error) {
      shell.dispose()
      throw error
    }
  }

  private constructor({ stream, where, size, remains, historyLines = usualHistory }: ControlShellParts) {
    this.#where = where
    this.#size = size
    this.#wanted = size
    this.#remains = remains
    this.#historyLines = historyLines
    this.#client = new ControlClient(stream, where)
    this.#session = new ControlSession(this.#client)
    this.#client.onNotified(event => this.#handle(event))
    this.#client.onEnded(end => this.#finish(shellEnd(end, this.#remains(), where)))
  }

  /** Fired when the pane has another size than the terminal, before the output for that size. */
  readonly onSize = this.#sized.event
  /** What runs in the pane, at most once a second. */
  readonly onProgram = this.#programmed.event

  /** The size that the terminal must have. */
  get size(): TerminalSize {
    return this.#size
  }

  /** The windows of the session, with their panes. */
  get windows(): readonly ControlWindow[] {
    return this.#session.windows
  }

  /** Fired when a window or a pane was added, closed, renamed, resized or selected. */
  get onLayout(): Emitter<readonly ControlWindow[]>['event'] {
    return this.#session.onChanged
  }

  onData(listener: (data: Buffer) => void): void {
    this.#tellData = listener
    for (const data of this.#early.splice(0)) listener(bufferOf(data))
  }

  onEnd(listener: (end: ControlShellEnd) => void): void {
    this.#tellEnd = listener
    if (this.#end) listener(this.#end)
  }

  write(data: Uint8Array): void {
    if (!this.#end) this.#pane?.view.write(data)
  }

  resize(size: TerminalSize): void {
    this.#wanted = size
    this.#size = size
    this.#pane?.view.terminalResized(size)
    this.#sendSize()
  }

  pause(): void {
    this.#client.pause()
  }

  resume(): void {
    this.#client.resume()
  }

  dispose(): void {
    this.#finish(exited(''))
  }

  async #open(pane: number | undefined): Promise<void> {
    this.#sendSize()
    this.#client.request(['refresh-client -f pause-after=1'], () => {})
    const drawn = new Promise<void>((resolve, reject) => (this.#opening = { resolve, reject }))
    const listed = this.#session.onChanged(() => {
      listed.dispose()
      this.#show(pane)
      this.#session.onChanged(() => this.#look())
    })
    this.#session.refresh()
    await drawn
  }

  #show(wanted: number | undefined): void {
    const pane = wanted ?? this.#session.windows.find(({ isActive }) => isActive)?.activePane
    if (pane === undefined || !this.#session.has(pane))
      return this.#opening?.reject(new AppError('not-found', `The tmux pane on ${this.#where} no longer exists.`))
    const view = new ControlPane(this.#client, pane, {
      historyLines: this.#historyLines,
      size: this.#size,
      onData: data => this.#emit(data),
      onSize: size => {
        this.#size = size
        this.#sized.fire(size)
      },
      onFailed: error => this.#opening?.reject(error),
    })
    this.#pane = { id: pane, view }
    this.#session.show(pane)
    view.start()
    // A path may contain any character but NUL, and control mode is lines.
    const clean = (format: string) => `#{s/[\\001-\\037]/?/:${format}}`
    const formats = `${clean('pane_current_command')}|${clean('pane_current_path')}`
    this.#client.request([`refresh-client -B "${subscription}:%${pane}:${formats}"`], () => {})
  }

  #emit(data: Uint8Array): void {
    if (this.#end) return
    if (this.#tellData) this.#tellData(bufferOf(data))
    else this.#early.push(data)
    this.#opening?.resolve()
  }

  #handle(event: ControlEvent): void {
    if (this.#session.handle(event)) return this.#finish(exited(''))
    this.#pane?.view.handle(event)
    if (event.kind === 'subscription-changed' && event.name === subscription)
      this.#programmed.fire(program(event.value))
  }

  /** The pane is gone, or has another size. */
  #look(): void {
    const { id, view } = this.#pane ?? {}
    if (id === undefined || this.#end) return
    if (!this.#session.has(id)) return this.#finish(exited(''))
    const place = this.#session.placeOf(id)
    if (place) view?.paneResized({ cols: place.width, rows: place.height })
  }

  #sendSize(): void {
    const { cols, rows } = this.#wanted
    if (this.#end || this.#isResizing || (this.#asked?.cols === cols && this.#asked.rows === rows)) return
    this.#asked = this.#wanted
    this.#isResizing = true
    this.#client.request([`refresh-client -C ${cols}x${rows}`], () => {
      this.#isResizing = false
      // The pane may have kept its size, if another client decides about it.
      this.#pane?.view.draw()
      this.#sendSize()
    })
  }

  #finish(end: ControlShellEnd): void {
    if (this.#end) return
    this.#end = end
    this.#opening?.reject(
      end.kind === 'lost' ? end.error : new AppError('not-found', `The tmux session on ${this.#where} has ended.`),
    )
    // Leaving takes a round trip, for which nobody has to wait.
    void this.#client.detach()
    this.#session.dispose()
    this.#sized.dispose()
    this.#programmed.dispose()
    this.#tellEnd?.(end)
  }
}

function shellEnd(end: ControlEnd, remains: boolean | null, where: string): ControlShellEnd {
  switch (end.kind) {
    case 'lost':
      return end
    case 'exit':
      // The client was killed, or tmux has closed it: the session may still be there.
      if (/^(too far behind|lost tty|terminated)/.test(end.reason))
        return { kind: 'lost', error: new AppError('lost', `tmux on ${where} closed the connection: ${end.reason}.`) }
      if (end.reason === '' || end.reason.startsWith('detached'))
        return exited(remains === true ? 'Detached. The tmux session is still running.' : '')
      return exited(end.reason === 'exited' ? '' : `tmux on ${where}: ${end.reason}.`)
    default:
      return assertNever(end)
  }
}

function exited(sentence: string): ControlShellEnd {
  return { kind: 'exited', exit: { code: null, signal: null }, sentence }
}

/** `command|path`, of which neither is trusted; a command's name contains no slash. */
function program(value: string): PaneProgram {
  const bar = value.indexOf('|/')
  if (bar < 0) return { command: cleanLine(value.replace(/\|$/, ''), longestProgram), path: '' }
  return { command: cleanLine(value.slice(0, bar), longestProgram), path: cleanLine(value.slice(bar + 1), longestPath) }
}

function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
