import { cleanLine } from '../../../shared/base/clean-text.ts'

/** The limits of one preview, beyond which a file is truncated or refused. */
export const limits = {
  /** Milliseconds of work in the worker, not counting time spent waiting for file contents. */
  workMs: 3_000,
  /** Bytes that one preview may read. */
  bytes: 32 * 1024 * 1024,
  columns: 200,
  rows: 500,
  /** Cells of a table, not counting the header. */
  cells: 20_000,
  /** Characters in one table cell. */
  cellText: 500,
  /** Characters in one line of text: the editor lays out a line as a whole. */
  line: 100_000,
  markdownBytes: 256 * 1024,
  /** Nesting depth of Markdown lists and quotes: the parser recurses for each level. */
  depth: 100,
  /** Elements and text nodes of a Markdown document or a whole notebook. */
  nodes: 20_000,
  /** Pixels of an image, each of which takes four bytes of memory when decoded. */
  pixels: 100_000_000,
} as const

/** A table preview. */
export interface TableAnswer {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** One sentence for each kind of omitted content. */
  readonly notes: readonly string[]
}

/**
 * Truncates a table to `most` rows and to the limits, and adds notes about what was omitted. Not `whole` if it may have
 * more columns. Pure.
 */
export function cutTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { most, whole = true }: { readonly most: number; readonly whole?: boolean },
): TableAnswer {
  const columns = Math.min(head.length, limits.columns)
  const count = Math.min(rows.length, most, Math.max(1, Math.floor(limits.cells / Math.max(1, columns))))
  const notes: string[] = []
  if (columns < head.length)
    notes.push(
      `This table has ${whole ? counted(head.length) : `more than ${counted(columns)}`} columns. Showing the first ${counted(columns)}.`,
    )
  if (count < rows.length) notes.push(`Showing the first ${counted(count)} rows.`)
  const cut = (row: readonly string[]) => row.slice(0, columns).map(cellText)
  return { head: cut(head), rows: rows.slice(0, count).map(cut), notes }
}

/** Formats one cell as a single line of limited length. */
function cellText(value: string): string {
  return cleanLine(value, limits.cellText)
}

/** Formats a number with thousands separators. */
export function counted(value: number): string {
  return value.toLocaleString('en-US')
}
