import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Exit, TerminalSize } from '../../shared/contract/terminals.ts'
import type { ControlClient } from './control-client.ts'
import { ControlPane, flow } from './control-pane.ts'
import type { ControlEvent } from './control-parser.ts'

/**
 * How a pane ended; `sentence` says more than that its program ended, if it isn't empty. A superset of the `ShellEnd` of
 * `terminals/shell`.
 */
export type PaneEnd =
  | { readonly kind: 'exited'; readonly exit: Exit; readonly sentence: string }
  | { readonly kind: 'lost'; readonly error: AppError }

export interface PaneShellParts {
  readonly client: ControlClient
  readonly pane: number
  readonly size: TerminalSize
  readonly historyLines: number
}

/**
 * A pane of a tmux session as a `DrawnShell` of `terminals/shell`: tmux keeps its screen and decides about its size. It
 * has no data before the first `redraw`.
 *
 * tmux answers the queries of programs (DA, DSR, DECRQM and others) itself, and passes them on as well. The terminal must
 * not answer them again: only what the user types, pastes or does with the mouse may be written.
 */
export class PaneShell {
  readonly #client: ControlClient
  readonly #pane: number
  readonly #view: ControlPane
  readonly #sized = new Emitter<TerminalSize>()
  readonly onSize = this.#sized.event
  #size: TerminalSize
  #isPaused = false
  #isDisposed = false
  #tellData: ((data: Buffer) => void) | undefined
  #end: PaneEnd | undefined
  #tellEnd: ((end: PaneEnd) => void) | undefined

  constructor({ client, pane, size, historyLines }: PaneShellParts) {
    this.#client = client
    this.#pane = pane
    this.#size = size
    this.#view = new ControlPane(client, pane, {
      historyLines,
      size,
      onData: data => this.#tellData?.(Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
      onSize: wanted => {
        this.#size = wanted
        this.#sized.fire(wanted)
      },
      // The next list of panes says that it has gone.
      onFailed: () => {},
    })
  }

  /** The size that the terminal must have for the data that follows. */
  get size(): TerminalSize {
    return this.#size
  }

  /** Emits the history, the screen and the modes of the pane, and its output from then on. */
  redraw(): void {
    this.#isPaused = false
    if (!this.#end) this.#view.start()
  }

  onData(listener: (data: Buffer) => void): void {
    this.#tellData = listener
  }

  onEnd(listener: (end: PaneEnd) => void): void {
    this.#tellEnd = listener
    if (this.#end) listener(this.#end)
  }

  write(data: Uint8Array): void {
    if (!this.#end) this.#view.write(data)
  }

  /** Does nothing: the size of a pane follows from that of its window. */
  resize(): void {}

  /**
   * Leaves out what the pane prints until `resume`: one channel carries all panes and what is typed, so that none of them
   * may stop it.
   */
  pause(): void {
    if (this.#isPaused || this.#end) return
    this.#isPaused = true
    this.#client.request([flow(this.#pane, 'pause')], () => {})
  }

  /** Emits the contents of the pane as they are now, and goes on. */
  resume(): void {
    if (this.#isPaused) this.redraw()
  }

  /** Takes what tmux says of the pane. */
  handle(event: ControlEvent): void {
    const isLeftOut = this.#isPaused && (event.kind === 'output' || event.kind === 'pause')
    if (!this.#end && !isLeftOut) this.#view.handle(event)
  }

  /** Notes the size of the pane in tmux. */
  resized(size: TerminalSize): void {
    if (!this.#end) this.#view.paneResized(size)
  }

  /** Another program has started in the pane. */
  replaced(): void {
    // One that is left out is drawn anew when it continues.
    if (!this.#end && !this.#isPaused) this.#view.start()
  }

  /** Ends it: its program, its session or the connection has ended. */
  finish(end: PaneEnd): void {
    if (this.#end) return
    this.#end = end
    this.#sized.dispose()
    if (!this.#isDisposed) this.#tellEnd?.(end)
  }

  /** Nobody reads it any more; its program goes on. */
  dispose(): void {
    this.#isDisposed = true
    this.#tellData = undefined
    this.pause()
  }
}

/** The end of a pane whose program or session has ended. */
export function exited(sentence = ''): PaneEnd {
  return { kind: 'exited', exit: { code: null, signal: null }, sentence }
}
