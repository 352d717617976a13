import { cleanLine } from '../../../shared/base/clean-text.ts'

/** The budgets of one preview: what a file may cost before it is cut short or refused. */
export const limits = {
  /** Milliseconds of work in the worker; time spent waiting for the file's bytes isn't counted. */
  workMs: 3_000,
  /** Bytes that one preview reads in slices. */
  bytes: 32 * 1024 * 1024,
  columns: 200,
  rows: 500,
  /** Cells of a table, its head not counted. */
  cells: 20_000,
  /** Characters of one cell of a table. */
  cellText: 500,
  /** Characters of one line of text; an editor lays out a line as a whole. */
  line: 100_000,
  markdownBytes: 256 * 1024,
  /** Lists and quotes of Markdown inside each other; its parser calls itself for each. */
  depth: 100,
  /** Elements and texts that a Markdown document or a whole notebook may become. */
  nodes: 20_000,
  /** Pixels of a picture: four bytes of memory each once it is decoded. */
  pixels: 100_000_000,
} as const

/** A table as it is drawn. */
export interface TableAnswer {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** A sentence each about the parts that were left out. */
  readonly notes: readonly string[]
}

/** Cuts a table to the budgets, and says so. `most` is the number of rows wanted, or fewer where cells run out. Pure. */
export function cutTable(head: readonly string[], rows: readonly (readonly string[])[], most: number): TableAnswer {
  const columns = Math.min(head.length, limits.columns)
  const count = Math.min(rows.length, most, Math.max(1, Math.floor(limits.cells / Math.max(1, columns))))
  const notes: string[] = []
  if (columns < head.length)
    notes.push(`This table has ${counted(head.length)} columns. Showing the first ${counted(columns)}.`)
  if (count < rows.length) notes.push(`Showing the first ${counted(count)} rows.`)
  const cut = (row: readonly string[]) => row.slice(0, columns).map(cellText)
  return { head: cut(head), rows: rows.slice(0, count).map(cut), notes }
}

/** One cell as a line of text, capped. */
export function cellText(value: string): string {
  return cleanLine(value, limits.cellText)
}

/** A number as the interface writes it. */
export function counted(value: number): string {
  return value.toLocaleString('en-US')
}
