import Papa from 'papaparse'

import type { ByteSource } from './preview-job.ts'
import { cutTable, limits, type TableAnswer } from './preview-limits.ts'

const headBytes = 256 * 1024

/** The first rows of a table of text. */
export async function readTable(source: ByteSource, separator: string): Promise<TableAnswer> {
  const text = new TextDecoder().decode(await source.slice(0, Math.min(headBytes, source.size)))
  // The last row may have been cut off.
  const end = source.size > headBytes ? text.lastIndexOf('\n') : text.length
  return parseTable(end > 0 ? text.slice(0, end) : text, separator)
}

/** Parses separated values, and cuts the table to the budgets. Pure. */
export function parseTable(text: string, separator: string): TableAnswer {
  const { data } = Papa.parse<string[]>(text, {
    delimiter: separator,
    skipEmptyLines: true,
    // One row more tells that there are more.
    preview: limits.rows + 2,
  })
  const [head = [], ...rows] = data
  return cutTable(head, rows, limits.rows)
}
