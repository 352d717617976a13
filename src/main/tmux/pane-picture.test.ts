import { Terminal } from '@xterm/headless'
import { expect, it } from 'vitest'

import { screenPicture, wholePicture, type PaneCapture } from './pane-picture.ts'
import { readRows, type PaneRow } from './pane-rows.ts'
import { listPanes, readState, type PaneState } from './pane-state.ts'

const fields = [...listPanes(3).matchAll(/#\{(\w+)\}/g)].map(([, field]) => field as string)

function stateOf(values: Readonly<Record<string, string | number>>): PaneState {
  const usual: Readonly<Record<string, string | number>> = {
    pane_id: '%3',
    pane_width: 10,
    pane_height: 4,
    scroll_region_lower: 3,
    cursor_flag: 1,
    wrap_flag: 1,
    alternate_saved_x: 4294967295,
    alternate_saved_y: 4294967295,
    pane_tabs: '8',
    host: 'gpu-box',
    pane_title: 'gpu-box',
  }
  const line = fields.map(field => values[field] ?? usual[field] ?? '').join('|')
  const state = readState([Buffer.from('%1|80'), Buffer.from(line)], 3)
  if (!state) throw new Error(line)
  return state
}

/** Rows as tmux captures them; `lines` are the same rows without colours, joined where a line was wrapped. */
function rowsOf(rows: readonly string[], lines: readonly string[] = rows): readonly PaneRow[] {
  const bytes = (texts: readonly string[]) => texts.map(text => Buffer.from(text))
  return readRows(bytes(rows), bytes(lines))
}

const pens = { pen: '', savedPen: '' }
const usually = { history: [], alternate: [], state: stateOf({}) }

async function drawn(...pictures: readonly Uint8Array[]): Promise<Terminal> {
  const terminal = new Terminal({ cols: 10, rows: 4, allowProposedApi: true })
  for (const picture of pictures) await new Promise<void>(resolve => terminal.write(picture, resolve))
  return terminal
}

function textOf({ buffer: { active } }: Terminal): readonly string[] {
  return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '')
}

const rows = rowsOf(['one', '\u001b[41mtwo', '\u001b[1mthree', ''], ['one', 'two', 'three', ''])
const capture: PaneCapture = { ...usually, state: stateOf({ cursor_x: 2, cursor_y: 1 }), rows }

it('replaces whatever the terminal showed', async () => {
  const before = Buffer.from(
    `${'old\r\n'.repeat(20)}\u001b[?1049h\u001b[2;3r\u001b[?6h\u001b[4h\u001b(0full\u001b]2;unfin`,
  )
  const terminal = await drawn(before, wholePicture(capture, pens))
  expect(textOf(terminal)).toEqual(['one', 'two', 'three', ''])
  expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY]).toEqual([2, 1])
  expect(terminal.buffer.active.type).toBe('normal')
})

it('continues colours from row to row, and fills nothing with them', async () => {
  const terminal = await drawn(wholePicture(capture, pens))
  const cell = (column: number, row: number) => terminal.buffer.active.getLine(row)?.getCell(column)
  expect(cell(0, 2)?.getBgColor()).toBe(1)
  expect(cell(0, 2)?.isBold()).toBeTruthy()
  for (const row of [1, 2, 3]) expect(cell(7, row)?.isBgDefault(), `row ${row}`).toBe(true)
})

const wrapped = ({ buffer: { active } }: Terminal) =>
  Array.from({ length: active.length }, (_, row) => active.getLine(row)?.isWrapped)

it('wraps lines where tmux did, also from the history to the screen', async () => {
  const all = rowsOf(
    ['0123456789', 'abcdefghij', 'klm', '0123456789', 'y', ''],
    ['0123456789abcdefghijklm', '0123456789', 'y', ''],
  )
  const terminal = await drawn(wholePicture({ ...usually, history: all.slice(0, 2), rows: all.slice(2) }, pens))
  expect(textOf(terminal)).toEqual(['0123456789', 'abcdefghij', 'klm', '0123456789', 'y', ''])
  expect(wrapped(terminal)).toEqual([false, true, true, false, false, false])
})

it('keeps each row although the end of a wrapped line was erased', async () => {
  const texts = ['1', '01234', 'rest', '', '0123456789', '     ', 'last', '']
  const all = rowsOf(texts, ['1', '01234rest', '', '0123456789     last', ''])
  const terminal = await drawn(wholePicture({ ...usually, history: all.slice(0, 4), rows: all.slice(4) }, pens))
  expect(textOf(terminal)).toEqual(texts)
  expect(wrapped(terminal)).toEqual([false, false, false, false, false, true, false, false])
})

it('wraps wide characters, but not where terminals may disagree about a width', async () => {
  const texts = ['漢字漢字漢', '한국한국x', '漢字', '⭐⭐⭐⭐⭐', 'x', '⭐⭐⭐⭐⭐⭐', 'y', '']
  const all = rowsOf(texts, ['漢字漢字漢한국한국x漢字', '⭐⭐⭐⭐⭐x', '⭐⭐⭐⭐⭐⭐y', ''])
  const terminal = await drawn(wholePicture({ ...usually, history: all.slice(0, 4), rows: all.slice(4) }, pens))
  // Emoji are narrow in this terminal, and take six rows at most.
  expect(textOf(terminal)).toEqual(texts)
  expect(wrapped(terminal)).toEqual([false, true, true, false, false, false, false, false])
})

it('cuts a row that has more columns in the terminal than in tmux', async () => {
  const long = rowsOf(['ａ⭐0123456789', 'x', '', 'ａ⭐0123456789'])
  for (const picture of [
    wholePicture({ ...usually, rows: long }, pens),
    screenPicture(usually.state, { rows: long, pen: '' }),
  ])
    expect(textOf(await drawn(picture)).map(text => text.slice(0, 2))).toEqual(['ａ⭐', 'x', '', 'ａ⭐'])
})

it('leaves out blanks that are not to be seen', async () => {
  const blanks = rowsOf(['$ ls      ', '\u001b[7m    ', '\u001b[0m', '\u001b[31mx\u001b[39m   '], ['$ ls', '', '', 'x'])
  for (const picture of [
    wholePicture({ ...usually, rows: blanks }, pens),
    screenPicture(usually.state, { rows: blanks, pen: '' }),
  ])
    expect(textOf(await drawn(picture))).toEqual(['$ ls', '    ', '', 'x'])
})

it('replaces the wraps of the rows that it draws again', async () => {
  const before = Buffer.from('0123456789'.repeat(5))
  const texts = ['0123456789', 'abc', '0123456789', 'def']
  const [above, ...now] = rowsOf(['abcdefghij', ...texts], ['abcdefghij', '0123456789', 'abc', '0123456789def'])
  const other = await drawn(before, screenPicture(usually.state, { above, rows: now, pen: '' }))
  expect(textOf(other)).toEqual(['0123456789', ...texts])
  expect(wrapped(other)).toEqual([false, false, false, false, true])
  const [begun, ...rest] = rowsOf(['abcdefghij', ...texts], ['abcdefghij0123456789', 'abc', '0123456789def'])
  const same = await drawn(before, screenPicture(usually.state, { above: begun, rows: rest, pen: '' }))
  expect(wrapped(same)).toEqual([false, true, false, false, true])
})

it('restores the alternate screen, modes, margins and tab stops', async () => {
  const state = stateOf({
    alternate_on: 1,
    alternate_saved_x: 4,
    alternate_saved_y: 2,
    scroll_region_upper: 1,
    scroll_region_lower: 2,
    origin_flag: 1,
    insert_flag: 1,
    cursor_x: 3,
    cursor_y: 2,
    cursor_flag: 0,
    keypad_flag: 1,
    keypad_cursor_flag: 1,
    mouse_all_flag: 1,
    mouse_sgr_flag: 1,
    bracket_paste_flag: 1,
    pane_tabs: '2,5',
    pane_title: 'a|b',
  })
  const alternate = rowsOf(['full', 'screen', '', ''])
  const picture = wholePicture({ ...capture, state, alternate }, pens)
  const terminal = await drawn(picture)
  expect(textOf(terminal)).toEqual(['full', 'screen', '', ''])
  expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY]).toEqual([3, 2])
  expect(terminal.modes).toMatchObject({
    applicationCursorKeysMode: true,
    applicationKeypadMode: true,
    bracketedPasteMode: true,
    insertMode: true,
    mouseTrackingMode: 'any',
    originMode: true,
    wraparoundMode: true,
  })
  expect(Buffer.from(picture).toString()).toContain('\u001b]2;a|b\u0007')
  await new Promise<void>(resolve => terminal.write('\u001b[4l\u001b[H\tT\tU\n\n\n\u001b[?1049l', resolve))
  expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY]).toEqual([4, 2])
  expect(textOf(terminal)).toEqual(['one', 'two', 'three', ''])
})

it('keeps the colours of both screens', async () => {
  const state = stateOf({ alternate_on: 1, alternate_saved_x: 4, alternate_saved_y: 2 })
  const picture = wholePicture(
    { ...capture, state, alternate: rowsOf(['', '', '', '']) },
    { pen: '\u001b[32m', savedPen: '\u001b[31m' },
  )
  const terminal = await drawn(picture, Buffer.from('\u001b[Hx'))
  expect(terminal.buffer.active.getLine(0)?.getCell(0)?.getFgColor()).toBe(2)
  await new Promise<void>(resolve => terminal.write('\u001b[?1049lx', resolve))
  expect(terminal.buffer.active.getLine(2)?.getCell(4)?.getFgColor()).toBe(1)
})

it('wraps the next character after a row that is full', async () => {
  const full = rowsOf(['\u001b[31m漢', '0123456789', '', ''], ['漢', '0123456789', '', ''])
  const state = stateOf({ cursor_x: 10, cursor_y: 1 })
  const pictures = [
    wholePicture({ ...usually, state, rows: full }, pens),
    screenPicture(state, { rows: full, pen: '' }),
  ]
  for (const picture of pictures) {
    const terminal = await drawn(picture, Buffer.from('next'))
    expect(textOf(terminal)).toEqual(['漢', '0123456789', 'next', ''])
    expect(terminal.buffer.active.getLine(1)?.getCell(0)?.getFgColor()).toBe(1)
  }
})

it('draws the screen again without the scrollback, and keeps the colours of the program', async () => {
  const state = stateOf({ cursor_x: 3, cursor_y: 3 })
  const before = Buffer.from('old\r\n'.repeat(6))
  const terminal = await drawn(before, screenPicture(state, { rows, pen: '\u001b[32m' }), Buffer.from('x'))
  expect(textOf(terminal)).toEqual(['old', 'old', 'old', 'one', 'two', 'three', '   x'])
  expect(terminal.buffer.active.getLine(6)?.getCell(3)?.getFgColor()).toBe(2)
})

it('takes away what was left above the screen if the pane has no history', async () => {
  const terminal = await drawn(
    Buffer.from('old\r\n'.repeat(6)),
    screenPicture(stateOf({ cursor_x: 3, cursor_y: 3 }), { rows, pen: '', isAll: true }),
  )
  expect(textOf(terminal)).toEqual(['one', 'two', 'three', ''])
})

it('keeps a mode that this version of tmux does not know', async () => {
  const terminal = await drawn(Buffer.from('\u001b[?2004h'), wholePicture(capture, pens))
  expect(terminal.modes.bracketedPasteMode).toBe(true)
})

it('shows overlined text, which tmux prints as blinking', async () => {
  const overlined = rowsOf(['\u001b[1;5:3;48:5:3mx', '', '', ''], ['x', '', '', ''])
  const cell = (await drawn(wholePicture({ ...usually, rows: overlined }, pens))).buffer.active.getLine(0)?.getCell(0)
  expect([cell?.isOverline(), cell?.isBlink(), cell?.isBold()].map(Boolean)).toEqual([true, false, true])
  expect(cell?.getBgColor()).toBe(3)
})

it('reads line drawing characters', async () => {
  const box = rowsOf(['\u000elqk\u000f', '\u000ex', ' x', ''], ['lqk', 'x', ' x', ''])
  const terminal = await drawn(wholePicture({ ...usually, rows: box }, pens))
  expect(textOf(terminal)).toEqual(['┌─┐', '│', ' │', ''])
})

it('refuses a state without a size', () => {
  expect(readState([Buffer.from('%3|0|0')], 3)).toBeNull()
  expect(readState([Buffer.from('%30|80|24')], 3)).toBeNull()
  expect(readState([], 3)).toBeNull()
})
