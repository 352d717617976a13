import Papa from 'papaparse'
import { useCallback } from 'react'

import type { FileReader } from './file-reader.ts'
import css from './preview.module.css'
import { useLoaded } from './use-loaded.ts'

const headBytes = 256 * 1024
const mostRows = 500

/** The first rows of a table of text. */
export function TablePreview({ reader, separator }: { readonly reader: FileReader; readonly separator: string }) {
  const load = useCallback(async () => {
    const text = new TextDecoder().decode(await reader.bytes(0, headBytes))
    // The last row may have been cut off.
    const whole = reader.size > headBytes ? text.slice(0, text.lastIndexOf('\n')) : text
    return Papa.parse<string[]>(whole, { delimiter: separator, skipEmptyLines: true, preview: mostRows + 1 }).data
  }, [reader, separator])
  const { value, error } = useLoaded(load)
  if (error !== null) return <p role="alert">{error}</p>
  const [head, ...rows] = value ?? []
  if (!head) return <p role="status">{value ? 'This table is empty.' : 'Opening'}</p>
  return <DataTable head={head} rows={rows.slice(0, mostRows)} />
}

/** A table with a head that stays in sight. */
export function DataTable({ head, rows }: { head: readonly string[]; rows: readonly (readonly string[])[] }) {
  return (
    <table className={css['table']}>
      <thead>
        <tr>
          {head.map((name, index) => (
            <th key={index} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {head.map((_name, column) => (
              <td key={column}>{row[column]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
