import { Pen } from './pen.ts'

type Lines = readonly Uint8Array[]

/** A row of a pane's history or screen. */
export interface PaneRow {
  /** As capture-pane -e prints it. */
  readonly bytes: Uint8Array
  /** The colours and attributes with which it begins, as a sequence that follows a reset. */
  readonly pen: string
  /** True unless all of it has the default colours and attributes. */
  readonly isStyled: boolean
  /** True if it has no characters but blanks. */
  readonly isBlank: boolean
  /** The number of blanks at its end that have the default colours. */
  readonly blanks: number
  /** True if tmux wrapped the line here. The end may have been erased since. */
  readonly wraps: boolean
  /** Its columns; null if terminals disagree about them. */
  readonly width: number | null
  /** The columns of its first character; 0 if there is none, or terminals disagree about it. */
  readonly firstWidth: number
}

/**
 * Reads captured rows (capture-pane -e -N), with the same rows as lines without colours (-J -N), which tell where lines
 * were wrapped.
 */
export function readRows(rows: Lines, lines: Lines): readonly PaneRow[] {
  const pen = new Pen()
  const wrapped = new WrappedLines(lines.map(textOf))
  return rows.map(captured => {
    const bytes = withOverlines(captured)
    const before = pen.sequence
    const isStyled = pen.read(bytes)
    const text = textOf(bytes).replaceAll(sequences, '')
    return {
      bytes,
      pen: before,
      isStyled,
      isBlank: text.trim() === '',
      blanks: pen.sequence === '' ? blanksAtEnd(bytes) : 0,
      wraps: wrapped.goesOnAfter(text),
      width: widthOf(text),
      firstWidth: widthOf(text.slice(0, 1)) ?? 0,
    }
  })
}

/** True if a terminal that has written `row` wraps by itself at the first character of the next one. */
export function goesOn(row: PaneRow, next: PaneRow | undefined, cols: number): boolean {
  if (!row.wraps || !next || next.firstWidth === 0) return false
  if (row.width === cols) return true
  // A wide character leaves a column blank, which xterm.js fills with the current background.
  return row.width === cols - 1 && next.firstWidth === 2 && !next.isStyled
}

/** Finds rows in lines that consist of them. */
class WrappedLines {
  readonly #lines: readonly string[]
  #line = 0
  #at = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  /** True if the line goes on after the next row. An empty rest of a line can't be told from none. */
  goesOnAfter(row: string): boolean {
    const line = this.#lines[this.#line] ?? ''
    // tmux 3.4 leaves out of a line what was never written (-T), but not out of a row.
    const text = line.startsWith(row, this.#at) ? row : row.trimEnd()
    this.#at += text.length
    if (line.startsWith(text, this.#at - text.length) && this.#at < line.length) return true
    this.#line++
    this.#at = 0
    return false
  }
}

// SGR, hyperlinks (OSC 8), and the shifts between the two character sets (ECMA-48).
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const sequences = /\u001b\[[\d;:]*m|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u000e\u000f]/g

const wrongOverline = Buffer.from('5:3')
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const asBlinking = /(?<before>\u001b\[(?:[\d;:]*;)?)5:3(?=[;m])/g

/** tmux (up to 3.7 at least) prints 53, overlined, as 5:3, which is a kind of blinking. */
function withOverlines(row: Uint8Array): Uint8Array {
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength)
  if (!bytes.includes(wrongOverline)) return row
  return Buffer.from(bytes.toString('latin1').replaceAll(asBlinking, '$<before>53'), 'latin1')
}

const blank = 0x20

function blanksAtEnd(bytes: Uint8Array): number {
  return bytes.length - 1 - bytes.findLastIndex(byte => byte !== blank)
}

/** Characters of which tmux, the C library and all of xterm.js's Unicode versions know the same width, by width. */
const certain = [
  /[\u0300-\u036f]/g,
  /[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u0527\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u259f]/g,
  /[\u3041-\u3096\u309b-\u30ff\u4e00-\u9fcb\uac00-\ud7a3\uff01-\uff60]/g,
] as const

const ascii = /^[ -~]*$/

function widthOf(text: string): number | null {
  if (ascii.test(text)) return text.length
  const [none, one, two] = certain.map(characters => text.match(characters)?.length ?? 0) as [number, number, number]
  return none + one + two === text.length ? one + 2 * two : null
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
