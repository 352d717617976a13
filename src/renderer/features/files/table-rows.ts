import Papa from 'papaparse'

import type { ByteSource } from './byte-source.ts'
import { cutTable, limits, type TableAnswer } from './preview-limits.ts'

const headBytes = 256 * 1024

/** Reads the first rows of a CSV or TSV file. */
export async function readTable(source: ByteSource, separator: string): Promise<TableAnswer> {
  const text = new TextDecoder().decode(await source.slice(0, Math.min(headBytes, source.size)))
  // The last row may be incomplete.
  const end = source.size > headBytes ? text.lastIndexOf('\n') : text.length
  const whole = end > 0 || source.size <= headBytes
  return parseTable(end > 0 ? text.slice(0, end) : text, separator, whole)
}

/** Parses separated values and truncates the table to the limits; not `whole` if its first row goes on. Pure. */
export function parseTable(text: string, separator: string, whole = true): TableAnswer {
  const { data } = Papa.parse<string[]>(text, {
    delimiter: separator,
    skipEmptyLines: true,
    // The header, the shown rows, and one more row to see whether there are more.
    preview: limits.rows + 2,
  })
  const [head = [], ...rows] = data
  return cutTable(head, rows, { most: limits.rows, whole })
}
