import { cleanLine } from '../../shared/base/clean-text.ts'

/** The formats to ask tmux for (tmux(1), FORMATS), in this order; a version that lacks one leaves it empty. */
const fields = [
  'pane_id',
  'pane_width',
  'pane_height',
  'cursor_x',
  'cursor_y',
  'history_size',
  'alternate_on',
  'alternate_saved_x',
  'alternate_saved_y',
  'scroll_region_upper',
  'scroll_region_lower',
  'cursor_flag',
  'insert_flag',
  'origin_flag',
  'wrap_flag',
  'keypad_flag',
  'keypad_cursor_flag',
  'mouse_standard_flag',
  'mouse_button_flag',
  'mouse_all_flag',
  'mouse_utf8_flag',
  'mouse_sgr_flag',
  'bracket_paste_flag',
  'pane_key_mode',
  'pane_in_mode',
  'pane_tabs',
  'host',
  'pane_title',
] as const
type Field = (typeof fields)[number]

/** A size that xterm.js can have; tmux's own limit is 10,000. */
const largest = 10_000
const longestTitle = 256

/** What tmux knows about the terminal of a pane besides its contents. */
export interface PaneState {
  readonly cols: number
  readonly rows: number
  /** Counted from 0; a column equal to `cols` means that the next character wraps. */
  readonly cursor: readonly [column: number, row: number]
  /** The cursor of the normal screen while the alternate one is shown. */
  readonly savedCursor: readonly [column: number, row: number] | null
  /** The number of rows above the screen. */
  readonly above: number
  readonly isAlternate: boolean
  /** The first and last row that scroll. */
  readonly region: readonly [first: number, last: number]
  readonly isOn: (mode: PaneMode) => boolean
  /** Null if this tmux doesn't say (up to 3.6). */
  readonly bracketedPaste: boolean | null
  /** The level of modifyOtherKeys; null if this tmux doesn't say (up to 3.4). */
  readonly otherKeys: 0 | 1 | 2 | null
  /** True while tmux shows something else in the pane, such as its copy mode, which gets the keys. */
  readonly inMode: boolean
  /** Columns with tab stops, counted from 0. */
  readonly tabs: readonly number[]
  /** What a program has set as title; empty if none has. */
  readonly title: string
}

export type PaneMode = Extract<Field, `${string}_flag`>

/** The command that prints the states of the panes in the window of `pane`. */
export function listPanes(pane: number): string {
  return `list-panes -t '%${pane}' -F '${fields.map(field => `#{${field}}`).join('|')}'`
}

/** Finds the state of a pane in the output of `listPanes`; null if it is missing or malformed. */
export function readState(lines: readonly Uint8Array[], pane: number): PaneState | null {
  const line = lines.map(bytes => Buffer.from(bytes).toString('utf8')).find(text => text.startsWith(`%${pane}|`))
  if (line === undefined) return null
  const words = line.split('|')
  const title = words.slice(fields.length - 1).join('|')
  const textOf = (field: Field) => words[fields.indexOf(field)] ?? ''
  const numberOf = (field: Field) => (/^\d{1,10}$/.test(textOf(field)) ? Number(textOf(field)) : 0)
  const [cols, rows] = [numberOf('pane_width'), numberOf('pane_height')]
  if (cols < 1 || rows < 1 || cols > largest || rows > largest) return null
  const [column, row] = [numberOf('alternate_saved_x'), numberOf('alternate_saved_y')]
  const last = numberOf('scroll_region_lower')
  // The alternate screen of tmux 3.3 keeps a cursor that is outside of a pane which became narrower.
  const at = numberOf('cursor_x')
  return {
    cols,
    rows,
    cursor: [at > cols ? cols - 1 : at, Math.min(numberOf('cursor_y'), rows - 1)],
    savedCursor: column < cols && row < rows ? [column, row] : null,
    above: numberOf('history_size'),
    isAlternate: numberOf('alternate_on') === 1,
    region: last > 0 && last < rows ? [Math.min(numberOf('scroll_region_upper'), last), last] : [0, rows - 1],
    isOn: mode => numberOf(mode) === 1,
    bracketedPaste: textOf('bracket_paste_flag') === '' ? null : numberOf('bracket_paste_flag') === 1,
    otherKeys: keysLevel(textOf('pane_key_mode')),
    inMode: numberOf('pane_in_mode') > 0,
    tabs: textOf('pane_tabs')
      .split(',')
      .filter(text => /^\d{1,5}$/.test(text))
      .map(Number)
      .filter(at => at < cols),
    title: title === textOf('host') ? '' : cleanLine(title, longestTitle),
  }
}

function keysLevel(text: string): 0 | 1 | 2 | null {
  if (text === '') return null
  return text === 'Ext 2' ? 2 : text === 'Ext 1' ? 1 : 0
}
