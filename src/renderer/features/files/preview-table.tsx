import { useMemo } from 'react'

import type { FileReader } from './file-reader.ts'
import type { PreviewJob } from './preview-job.ts'
import { PreviewNotes } from './preview-notes.tsx'
import css from './preview.module.css'
import { usePreview } from './use-preview.ts'

/** Shows the first rows of a CSV or TSV file. */
export function TablePreview({ reader, separator }: { readonly reader: FileReader; readonly separator: string }) {
  const job = useMemo(() => ({ kind: 'table', separator }) as const, [separator])
  return <TableOf reader={reader} job={job} />
}

/** Shows the columns and first rows of a Parquet file. */
export function ParquetPreview({ reader }: { readonly reader: FileReader }) {
  return <TableOf reader={reader} job={parquet} />
}

/** Shows the types and shapes of NumPy arrays, without their values. */
export function ArrayPreview({ reader, name }: { readonly reader: FileReader; readonly name: string }) {
  const job = useMemo(() => ({ kind: 'array', name }) as const, [name])
  return <TableOf reader={reader} job={job} />
}

const parquet = { kind: 'parquet' } as const
type TableKind = 'table' | 'parquet' | 'array'

function TableOf({ reader, job }: { reader: FileReader; job: Extract<PreviewJob, { kind: TableKind }> }) {
  const { value, error } = usePreview<TableKind>(reader, job)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Loading…</p>
  if (value.head.length === 0) return <p role="status">This table is empty.</p>
  return (
    <>
      <PreviewNotes notes={value.notes} />
      <DataTable head={value.head} rows={value.rows} />
    </>
  )
}

/** A table with a sticky header. */
function DataTable({ head, rows }: { head: readonly string[]; rows: readonly (readonly string[])[] }) {
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
