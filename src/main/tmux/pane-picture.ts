import { goesOn, type PaneRow } from './pane-rows.ts'
import type { PaneMode, PaneState } from './pane-state.ts'

type Rows = readonly PaneRow[]

/** The contents of a pane, by rows. */
export interface PaneCapture {
  readonly state: PaneState
  readonly history: Rows
  /** The normal screen. */
  readonly rows: Rows
  /** The alternate screen, if it is shown. */
  readonly alternate: Rows
}

const escape = '\u001b'
const csi = `${escape}[`
const longestLine = 10_000
/** CAN ends a sequence of which only the beginning was written. */
const cancel = '\u0018'
/** The state in which captured rows are written: shifted out, G1 has the line drawing characters. */
const plain = `${csi}?6l${csi}r${csi}4l${csi}?7h${csi}m${escape}(B${escape})0\u000f`

/**
 * Returns what brings a terminal of the same size into the state of a pane, whatever it showed before. Older output is
 * removed from it, since the pane's history replaces it. `pen` restores the colours with which the program goes on, and
 * `savedPen` those on the normal screen while the alternate one is shown.
 */
export function wholePicture(
  { state, history, rows, alternate }: PaneCapture,
  { pen, savedPen }: { readonly pen: string; readonly savedPen: string },
): Uint8Array {
  const out = new Writer(state)
  out.text(`${cancel}${csi}?1049l${plain}${csi}H${csi}2J${csi}3J`)
  // The normal screen has the size that the pane had when the alternate one was entered.
  const isOld = rows.length !== state.rows
  out.flow([...history, ...(isOld ? withoutBlank(rows) : rows)])
  if (state.isAlternate) {
    out.text(state.savedCursor && !isOld ? place(...state.savedCursor) : '')
    out.text(`${savedPen}${csi}?1049h${plain}${csi}H${csi}2J`)
    out.flow(alternate)
  }
  out.text(`\u000f${tabs(state)}${modes(state)}`)
  out.cursor(state.isAlternate ? alternate : rows)
  out.text(`${title(state)}${pen}`)
  return out.bytes()
}

/**
 * Returns what draws the rows of a pane over the screen that a terminal of the same size shows; it keeps the scrollback and
 * the saved cursor. `above` is the last row of the history, if there is any; `pen` restores the colours with which the program
 * goes on.
 */
export function screenPicture(
  state: PaneState,
  {
    above,
    rows,
    pen,
    isAll = false,
  }: {
    readonly above?: PaneRow | undefined
    readonly rows: Rows
    readonly pen: string
    /** True if the pane has no history: what a terminal has above the screen is left over from another size. */
    readonly isAll?: boolean
  },
): Uint8Array {
  const out = new Writer(state)
  out.text(`${cancel}${plain}`)
  out.text(isAll ? `${csi}3J` : '')
  out.over(rows, above)
  // tmux has the usual tab stops after a resize.
  out.text(`${tabs(state)}${drawingModes(state)}`)
  out.cursor(rows)
  out.text(pen)
  return out.bytes()
}

function withoutBlank(rows: Rows): Rows {
  return rows.slice(0, rows.findLastIndex(({ isStyled, isBlank }) => isStyled || !isBlank) + 1)
}

class Writer {
  readonly #parts: Uint8Array[] = []
  readonly #state: PaneState

  constructor(state: PaneState) {
    this.#state = state
  }

  text(text: string): void {
    this.#parts.push(Buffer.from(text))
  }

  /** Writes rows below each other. The terminal wraps lines itself, so that it knows which rows belong together. */
  flow(rows: Rows): void {
    rows.forEach((row, index) => {
      if (index > 0 && !this.#wraps(rows, index)) this.text('\r\n')
      this.#row(rows, index)
      // A terminal fills a new row with the current background.
      if (row.isStyled) this.text(`${csi}m${csi}K`)
    })
  }

  /** Writes rows over those of the screen. */
  over(rows: Rows, above: PaneRow | undefined): void {
    // Erasing characters, unlike erasing a line, leaves the first row what it is: the end of a line above it.
    const { cols, isAlternate } = this.#state
    const goesOnFromAbove = above !== undefined && goesOn(above, rows[0], cols)
    // Lines of the alternate screen of xterm.js stay as long as they were in a wider window: the rest is deleted.
    const line = isAlternate ? `2K${csi}${longestLine}P` : '2K'
    rows.forEach((_, index) => {
      const erase = index === 0 && goesOnFromAbove ? `${cols}X` : line
      if (!this.#wraps(rows, index)) this.text(`${place(0, index)}${csi}m${csi}${erase}`)
      this.#row(rows, index)
      this.text(`${csi}m`)
      if (this.#wraps(rows, index)) this.text(`${csi}K`)
    })
  }

  /** Puts the cursor in its place, for which the end of a row has to be written again if it is behind it. */
  cursor(rows: Rows): void {
    const { cursor, cols, region, isOn } = this.#state
    const [column, row] = cursor
    const top = isOn('origin_flag') ? region[0] : 0
    if (column < cols) return this.text(place(column, row - top))
    const full = rows[row]
    if (full && (full.width === null || full.width === cols)) {
      this.text(`${place(0, row - top)}${csi}m${full.pen}`)
      this.#parts.push(full.bytes)
    } else this.text(`${place(cols - 1, row - top)}${csi}m `)
    this.text(`${csi}m\u000f`)
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts)
  }

  /** True if the row at `index` is written right after the one above. */
  #wraps(rows: Rows, index: number): boolean {
    const above = rows[index - 1]
    return above !== undefined && goesOn(above, rows[index], this.#state.cols)
  }

  #row(rows: Rows, index: number): void {
    const { pen, bytes, blanks, width, isBlank } = rows[index] as PaneRow
    // The blanks fill a row that goes on, and make the terminal wrap.
    const areWritten = this.#wraps(rows, index + 1) || (isBlank && this.#wraps(rows, index))
    const seen = areWritten ? bytes : bytes.subarray(0, bytes.length - blanks)
    this.text(pen)
    // Where terminals disagree about a character, the row may have more columns here.
    if (width === null) this.#parts.push(Buffer.from(`${csi}?7l`), seen, Buffer.from(`${csi}?7h`))
    else this.#parts.push(seen)
  }
}

function place(column: number, row: number): string {
  return `${csi}${Math.max(0, row) + 1};${column + 1}H`
}

function tabs({ tabs: stops }: PaneState): string {
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
