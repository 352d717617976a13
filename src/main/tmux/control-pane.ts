import { AppError } from '../../shared/base/errors.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { ControlClient, ControlReply } from './control-client.ts'
import type { ControlBlock, ControlEvent } from './control-parser.ts'
import { beginsWithin, PaneOutput } from './pane-output.ts'
import { screenPicture, wholePicture, type PaneCapture } from './pane-picture.ts'
import { readRows, type PaneRow } from './pane-rows.ts'
import { listPanes, readState, type PaneState } from './pane-state.ts'

// A line of at most 1,000 characters: older versions have small buffers.
const bytesPerCommand = 320
/** Enough for a fast paste over a slow link: about 80 KB on the way. */
const mostCommands = 256

const slowMs = 2_000
const fewLines = 200
/** Few enough to be sent again after each resize. */
const mostMoved = 1_000

export interface PaneListener {
  /** Bytes for a terminal. */
  readonly onData: (data: Uint8Array) => void
  /** The size that the following data is for; called before it. */
  readonly onSize: (size: TerminalSize) => void
  /** Called once if the first picture can't be had. */
  readonly onFailed: (error: AppError) => void
}

/**
 * One pane of tmux as a terminal: first its contents, then its output. What tmux leaves out, because the reader is too slow,
 * is replaced by the contents at that time.
 */
export class ControlPane {
  readonly #client: ControlClient
  readonly #pane: number
  readonly #listener: PaneListener
  readonly #output = new PaneOutput()
  #historyLines: number
  /** The size that the terminal has. */
  #size: TerminalSize
  /** Output counts only after the picture. */
  #isLive = false
  #isFirst = true
  /** False if output was left out, so that nobody knows the colours with which the program goes on. */
  #sawAll = false
  /** True if the normal screen was resized: tmux and xterm.js move its rows differently. */
  #movedRows = false
  #awaits: 'nothing' | 'screen' | 'whole' = 'nothing'
  #drawAgain = false
  #asked = 0
  #checksStart = false
  /** True if tmux may show its copy mode in the pane, which would take the keys. */
  #inMode = false
  #input: Uint8Array[] = []
  #commands = 0

  constructor(
    client: ControlClient,
    pane: number,
    { historyLines, size, ...listener }: PaneListener & { historyLines: number; size: TerminalSize },
  ) {
    this.#client = client
    this.#pane = pane
    this.#historyLines = historyLines
    this.#size = size
    this.#listener = listener
  }

  /** Emits the pane's history, screen and modes. Afterwards its output is emitted until tmux ends. */
  start(): void {
    this.#awaits = 'whole'
    this.#asked = performance.now()
    const commands = wholeCommands(this.#pane, this.#historyLines)
    this.#client.request(commands, reply => this.#takeWhole(reply))
  }

  handle(event: ControlEvent): void {
    if (!('pane' in event) || event.pane !== this.#pane) return
    if (event.kind === 'output') this.#takeOutput(event.data)
    else if (event.kind === 'pane-mode-changed') this.#inMode = true
    // A picture that is still to come continues the pane, too.
    else if (event.kind === 'pause') {
      this.#sawAll = false
      if (this.#awaits !== 'whole') this.#startOver()
    }
  }

  /** Notes the size of the terminal, which may differ from that of the pane until the next picture. */
  terminalResized(size: TerminalSize): void {
    this.#resized(size)
  }

  /** Notes the size of the pane in tmux. */
  paneResized({ cols, rows }: TerminalSize): void {
    if (this.#hasSize(cols, rows)) return
    this.#movedRows = true
    this.draw()
  }

  /** Draws the screen again: a program, tmux and the terminal wrap the lines of another size differently. */
  draw(): void {
    if (this.#awaits !== 'nothing') {
      this.#drawAgain = true
      return
    }
    this.#awaits = 'screen'
    const commands = [listPanes(this.#pane), ...captureRows(this.#pane, ' -S -1'), capture(this.#pane, '-pPC')]
    this.#client.request(commands, reply => this.#takeScreen(reply))
  }

  /** Sends bytes as typed. */
  write(data: Uint8Array): void {
    if (this.#inMode) {
      this.#inMode = false
      this.#client.request([`copy-mode -q -t '%${this.#pane}'`], () => {})
    }
    if (data.length > 0) this.#input.push(data.slice())
    this.#send()
  }

  #startOver(): void {
    this.#isLive = false
    this.start()
  }

  #hasSize(cols: number, rows: number): boolean {
    return this.#size.cols === cols && this.#size.rows === rows
  }

  #resized(size: TerminalSize): void {
    this.#size = size
    this.#movedRows = true
  }

  #takeOutput(data: Uint8Array): void {
    if (!this.#isLive) {
      this.#output.read(data)
      return
    }
    if (this.#checksStart) {
      this.#checksStart = false
      // tmux doesn't capture the first bytes of a character.
      if (beginsWithin(data) && this.#awaits === 'nothing') return this.#startOver()
    }
    const bytes = this.#output.read(data)
    if (bytes.length > 0) this.#listener.onData(bytes)
    // xterm.js has margins and tab stops for each of the screens, tmux has them once.
    if (this.#output.switchedScreen) this.draw()
  }

  #takeWhole(reply: ControlReply): void {
    this.#awaits = 'nothing'
    const found = reply.kind === 'done' ? readWhole(reply.blocks, this.#pane) : null
    if (found === 'too long') {
      this.#historyLines = Math.floor(this.#historyLines / 8)
      return this.start()
    }
    if (!found) return this.#fail(reply)
    // A slow link would otherwise carry nothing but history in a flood of output.
    if (performance.now() - this.#asked > slowMs) this.#historyLines = Math.max(fewLines, this.#historyLines >> 2)
    this.#isLive = true
    this.#checksStart = this.#isFirst
    this.#isFirst = false
    const { state, rows } = found.capture
    if (!this.#sawAll) this.#output.restart(state.isAlternate ? 'alternate' : 'normal')
    this.#emit(state, wholePicture(found.capture, this.#output), [found.pending, this.#output.unfinished])
    this.#movedRows = state.isAlternate && rows.length !== state.rows
  }

  #takeScreen(reply: ControlReply): void {
    this.#awaits = 'nothing'
    const [panes, rows, lines, pending] = reply.kind === 'done' ? reply.blocks : []
    const state = panes && readState(panes.lines, this.#pane)
    if (!state || !rows || !lines || !pending || !this.#isLive) return
    const all = readRows(rows.lines, lines.lines)
    const shown = {
      above: all.at(-1 - state.rows),
      rows: all.slice(-state.rows),
      pen: this.#output.pen,
      isAll: state.above === 0 && !state.isAlternate && (this.#movedRows || !this.#hasSize(state.cols, state.rows)),
    }
    this.#emit(state, screenPicture(state, shown), [unescaped(pending), this.#output.unfinished])
    if (this.#awaits === 'nothing' && !state.isAlternate) this.#checkHistory(state, shown.rows)
  }

  /**
   * Starts over if a resize may have moved rows into the history that the terminal has kept on its screen, or the other way
   * round: then they would be missing, or there twice. While the screen is full, both move the same rows.
   */
  #checkHistory({ above, cursor, rows }: PaneState, shown: readonly PaneRow[]): void {
    const hasMoved = this.#movedRows
    this.#movedRows = false
    const hasRoom = cursor[1] < rows - 1 && shown.at(-1)?.isBlank
    if (!hasMoved || !hasRoom || above === 0 || above > mostMoved) return
    this.#sawAll = true
    this.#startOver()
  }

  /** Emits a picture, and then the beginning of a sequence or character that it has interrupted. */
  #emit(state: PaneState, picture: Uint8Array, unfinished: readonly Uint8Array[]): void {
    const { cols, rows } = state
    this.#inMode = state.inMode
    if (!this.#hasSize(cols, rows)) {
      this.#resized({ cols, rows })
      this.#listener.onSize(this.#size)
    }
    this.#output.interrupt()
    this.#listener.onData(Buffer.concat([picture, this.#output.read(Buffer.concat(unfinished))]))
    if (!this.#drawAgain) return
    this.#drawAgain = false
    this.draw()
  }

  #fail(reply: ControlReply): void {
    // Without it, a pane that is still there would stay paused.
    if (reply.kind === 'failed') this.#client.request([flow(this.#pane, 'continue')], () => {})
    const error =
      reply.kind === 'ended'
        ? reply.error
        : new AppError('not-found', 'The tmux pane can’t be read. It may have ended.')
    if (this.#isFirst) this.#listener.onFailed(error)
  }

  #send(): void {
    while (this.#input.length > 0 && this.#commands < mostCommands) {
      const first = this.#input.shift() as Uint8Array
      const now = first.subarray(0, bytesPerCommand)
      if (now.length < first.length) this.#input.unshift(first.subarray(now.length))
      const hex = Array.from(now, byte => byte.toString(16).padStart(2, '0')).join(' ')
      this.#commands++
      this.#client.request([`send-keys -t '%${this.#pane}' -H ${hex}`], reply => {
        this.#commands--
        if (reply.kind === 'ended') this.#input = []
        this.#send()
      })
    }
  }
}

/** Makes tmux leave out the output of a pane, or send it from now on. */
export function flow(pane: number, what: 'pause' | 'continue'): string {
  return `refresh-client -A '%${pane}:${what}'`
}

function capture(pane: number, options: string): string {
  return `capture-pane ${options} -t '%${pane}'`
}

/** Rows with their colours, and without them as lines. */
function captureRows(pane: number, options: string): readonly string[] {
  return [capture(pane, `-peqN${options}`), capture(pane, `-pqJN${options}`)]
}

/** One list, so that nothing is printed between the captures and the point from which output is sent. */
function wholeCommands(pane: number, historyLines: number): readonly string[] {
  return [
    flow(pane, 'pause'),
    listPanes(pane),
    ...captureRows(pane, ` -S -${Math.max(1, historyLines)}`),
    ...captureRows(pane, 'a'),
    capture(pane, '-pPC'),
    flow(pane, 'continue'),
  ]
}

function readWhole(
  blocks: readonly ControlBlock[],
  pane: number,
): { readonly capture: PaneCapture; readonly pending: Uint8Array } | 'too long' | null {
  const [, panes, rows, lines, savedRows, savedLines, pending] = blocks
  const state = panes && readState(panes.lines, pane)
  if (!state || !rows || !lines || !savedRows || !savedLines || !pending) return null
  if (rows.cut || lines.cut) return 'too long'
  const all = readRows(rows.lines, lines.lines)
  const history = all.slice(0, -state.rows)
  const shown = all.slice(-state.rows)
  return {
    capture: state.isAlternate
      ? { state, history, rows: readRows(savedRows.lines, savedLines.lines), alternate: shown }
      : { state, history, rows: shown, alternate: [] },
    pending: unescaped(pending),
  }
}

/** Decodes the octal escapes of capture-pane -C. */
function unescaped({ lines }: ControlBlock): Uint8Array {
  const text = Buffer.concat(lines).toString('latin1')
  return Buffer.from(
    text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    'latin1',
  )
}
