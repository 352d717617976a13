import type { IBufferCell, Terminal } from '@xterm/headless'

/**
 * Compares text, colours and attributes of a terminal with those of rows that tmux has captured. tmux 3.3a doesn't print the
 * cells of a row that were erased in a colour, unless something was written behind them: after a capture, nobody knows the
 * background of a cell that was erased.
 */
export function rowDifferences(
  { buffer: { active }, cols }: Terminal,
  { captured, history }: { readonly captured: Terminal; readonly history: boolean },
): readonly string[] {
  const first = history ? 0 : active.baseY
  const { length } = captured.buffer.active
  if (active.length - first !== length) return [`${active.length - first} rows, tmux has ${length}`]
  return Array.from({ length }, (_, row) => {
    const ours = cellsOf(active.getLine(first + row), cols)
    const theirs = cellsOf(captured.buffer.active.getLine(row), cols)
    const shown = styledRow(ours, theirs)
    const expected = styledRow(theirs, ours)
    return shown === expected ? '' : `row ${row}: ${shown} | tmux: ${expected}`
  }).filter(Boolean)
}

/** Lines of the alternate screen keep what was right of a window that became narrower. */
function cellsOf(line: { getCell(column: number): IBufferCell | undefined } | undefined, cols: number) {
  return Array.from({ length: cols }, (_, column) => line?.getCell(column)).filter(cell => cell !== undefined)
}

/** Text, with a mark wherever colours or attributes change. */
function styledRow(cells: readonly IBufferCell[], others: readonly IBufferCell[]): string {
  let [row, style] = ['', '']
  for (const [column, cell] of cells.entries()) {
    if (cell.getWidth() === 0) continue
    const erased = [cell, others[column]].filter(each => each?.getChars() === '').length
    const next = erased === 2 ? style : styleOf(cell, erased === 0)
    row += `${next === style ? '' : `‹${next}›`}${cell.getChars() || ' '}`
    style = next
  }
  return row.trimEnd()
}

function styleOf(cell: IBufferCell, hasBackground: boolean): string {
  const colours = [
    cell.isFgDefault() ? '' : `fg ${cell.getFgColorMode()}:${cell.getFgColor()}`,
    cell.isBgDefault() || !hasBackground ? '' : `bg ${cell.getBgColorMode()}:${cell.getBgColor()}`,
  ]
  const attributes: Readonly<Record<string, number>> = {
    bold: cell.isBold(),
    dim: cell.isDim(),
    italic: cell.isItalic(),
    underlined: cell.isUnderline(),
    blinking: cell.isBlink(),
    inverse: cell.isInverse(),
    invisible: cell.isInvisible(),
    struck: cell.isStrikethrough(),
    overlined: cell.isOverline(),
  }
  return [...colours, ...Object.keys(attributes).filter(name => attributes[name])].filter(Boolean).join(' ')
}
