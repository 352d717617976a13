import type { PaneMode, PaneState } from './pane-state.ts'
import { Pen } from './pen.ts'

type Lines = readonly Uint8Array[]

/** The contents of a pane, by lines; in `joined` a wrapped line is one line (capture-pane -J). */
export interface PaneCapture {
  readonly state: PaneState
  readonly history: Lines
  /** True if the last line of the history goes on in the first row. */
  readonly goesOn: boolean
  /** The normal screen. */
  readonly joined: Lines
  readonly rows: Lines
  /** The rows of the alternate screen, if it is shown. */
  readonly alternate: Lines
}

const escape = '\u001b'
const csi = `${escape}[`
/** CAN ends a sequence of which only the beginning was written. */
const cancel = '\u0018'
/** The state in which captured lines are written: shifted out, G1 has the line drawing characters. */
const plain = `${csi}?6l${csi}r${csi}4l${csi}?7h${csi}m${escape}(B${escape})0\u000f`

/**
 * Returns what brings a terminal of the same size into the state of a pane, whatever it showed before. Older output is
 * removed from it, since the pane's history replaces it.
 */
export function wholePicture({ state, history, goesOn, joined, rows, alternate }: PaneCapture): Uint8Array {
  const out = new Writer()
  out.text(`${cancel}${csi}?1049l${plain}${csi}H${csi}2J${csi}3J`)
  const pen = new Pen()
  out.flow(history, pen)
  if (history.length > 0 && !goesOn) out.text(`\r\n${pen.sequence}`)
  // capture-pane begins each of its outputs with default colours.
  out.text(`${csi}m`)
  if (state.isAlternate) {
    out.hidden(state, joined, rows.length)
    out.text(`${csi}?1049h${csi}H${csi}2J`)
    out.rows(alternate, state)
  } else {
    out.flow(joined, new Pen())
    // A wrapped line whose end was erased later is shorter than its row, so that the rest of it has moved up.
    out.rows(rows, state)
  }
  out.text(`${csi}m\u000f${tabs(state)}${modes(state)}`)
  out.cursor(state, state.isAlternate ? alternate : rows)
  out.text(title(state))
  return out.bytes()
}

/**
 * Returns what draws the rows of a pane over the screen that a terminal of the same size shows; it keeps the scrollback and
 * the colours with which the program goes on.
 */
export function screenPicture(state: PaneState, rows: Lines): Uint8Array {
  const out = new Writer()
  out.text(`${cancel}${escape}7${plain}`)
  out.rows(rows, state)
  out.text(`\u000f${escape}8${drawingModes(state)}`)
  out.cursor(state, rows)
  return out.bytes()
}

class Writer {
  readonly #parts: Uint8Array[] = []

  text(text: string): void {
    this.#parts.push(Buffer.from(text))
  }

  /** Writes lines that the terminal wraps itself, so that it knows which rows belong together. */
  flow(lines: Lines, pen: Pen): void {
    lines.forEach((line, index) => {
      if (index > 0) this.text(`\r\n${pen.sequence}`)
      this.#parts.push(line)
      // A terminal fills a new row with the current background.
      if (pen.read(line)) this.text(`${csi}m${csi}K`)
    })
  }

  /** Writes the normal screen under the alternate one. It may have the size that the pane had before. */
  hidden({ rows, savedCursor }: PaneState, joined: Lines, height: number): void {
    if (height === rows) {
      this.flow(joined, new Pen())
      this.text(savedCursor ? place(...savedCursor) : '')
      return
    }
    const last = joined.findLastIndex(line => Buffer.from(line).toString('latin1').trim() !== '')
    this.flow(joined.slice(0, last + 1), new Pen())
  }

  /** Writes each row where it belongs. Erasing characters, unlike erasing a line, keeps the terminal's wrapped lines. */
  rows(lines: Lines, { cols, rows }: PaneState): void {
    const pen = new Pen()
    lines.slice(0, rows).forEach((line, row) => {
      this.text(`${place(0, row)}${csi}m${csi}${cols}X${pen.sequence}`)
      this.#parts.push(line)
      pen.read(line)
    })
    this.text(`${csi}m`)
  }

  /** Puts the cursor in its place, for which a row that is full has to be written again. */
  cursor(state: PaneState, rows: Lines): void {
    const [column, row] = state.cursor
    const top = state.isOn('origin_flag') ? state.region[0] : 0
    if (column < state.cols) return this.text(place(column, row - top))
    const pen = new Pen()
    for (const line of rows.slice(0, row)) pen.read(line)
    this.text(`${place(0, row - top)}${csi}m${pen.sequence}`)
    this.#parts.push(rows[row] ?? new Uint8Array())
    this.text(`${csi}m\u000f`)
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts)
  }
}

function place(column: number, row: number): string {
  return `${csi}${Math.max(0, row) + 1};${column + 1}H`
}

function tabs({ cols, tabs: stops }: PaneState): string {
  const usual = Array.from({ length: Math.ceil(cols / 8) - 1 }, (_, index) => (index + 1) * 8)
  if (stops.length === usual.length && stops.every((stop, index) => stop === usual[index])) return ''
  return `${csi}3g${stops.map(stop => `${place(stop, 0)}${escape}H`).join('')}`
}

const switches: readonly (readonly [flag: PaneMode, mode: string])[] = [
  ['keypad_cursor_flag', '?1'],
  ['cursor_flag', '?25'],
  ['mouse_utf8_flag', '?1005'],
  ['mouse_sgr_flag', '?1006'],
]
// Switching one of them off switches all of them off.
const mice: readonly (readonly [flag: PaneMode, mode: string])[] = [
  ['mouse_standard_flag', '?1000'],
  ['mouse_button_flag', '?1002'],
  ['mouse_all_flag', '?1003'],
]

/** All modes that tmux knows; setting the region or the origin moves the cursor. */
function modes(state: PaneState): string {
  const { bracketedPaste, otherKeys } = state
  return [
    drawingModes(state),
    state.isOn('keypad_flag') ? `${escape}=` : `${escape}>`,
    ...switches.map(([flag, mode]) => set(mode, state.isOn(flag))),
    ...mice.map(([, mode]) => set(mode, false)),
    ...mice.filter(([flag]) => state.isOn(flag)).map(([, mode]) => set(mode, true)),
    bracketedPaste === null ? '' : set('?2004', bracketedPaste),
    otherKeys === null ? '' : `${csi}>4;${otherKeys}m`,
  ].join('')
}

/** The modes that are changed for drawing. */
function drawingModes({ region: [first, last], rows, isOn }: PaneState): string {
  const margins = first === 0 && last === rows - 1 ? `${csi}r` : `${csi}${first + 1};${last + 1}r`
  return `${margins}${set('?6', isOn('origin_flag'))}${set('?7', isOn('wrap_flag'))}${set('4', isOn('insert_flag'))}`
}

function set(mode: string, isOn: boolean): string {
  return `${csi}${mode}${isOn ? 'h' : 'l'}`
}

function title({ title: text }: PaneState): string {
  return text === '' ? '' : `${escape}]2;${text}\u0007`
}
