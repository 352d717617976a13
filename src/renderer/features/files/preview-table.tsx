import { useMemo } from 'react'

import type { FileReader } from './file-reader.ts'
import type { PreviewJob } from './preview-job.ts'
import { PreviewNotes } from './preview-notes.tsx'
import css from './preview.module.css'
import { usePreview } from './use-preview.ts'

/** The first rows of a table of text. */
export function TablePreview({ reader, separator }: { readonly reader: FileReader; readonly separator: string }) {
  const job = useMemo(() => ({ kind: 'table', separator }) as const, [separator])
  return <TableOf reader={reader} job={job} />
}

/** The columns of a Parquet file and its first rows. */
export function ParquetPreview({ reader }: { readonly reader: FileReader }) {
  return <TableOf reader={reader} job={parquet} />
}

/** The type and shape of NumPy arrays; their numbers stay where they are. */
export function ArrayPreview({ reader, name }: { readonly reader: FileReader; readonly name: string }) {
  const job = useMemo(() => ({ kind: 'array', name }) as const, [name])
  return <TableOf reader={reader} job={job} />
}

const parquet = { kind: 'parquet' } as const
type TableKind = 'table' | 'parquet' | 'array'

function TableOf({ reader, job }: { reader: FileReader; job: Extract<PreviewJob, { kind: TableKind }> }) {
  const { value, error } = usePreview<TableKind>(reader, job)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Opening</p>
  if (value.head.length === 0) return <p role="status">This table is empty.</p>
  return (
    <>
      <PreviewNotes notes={value.notes} />
      <DataTable head={value.head} rows={value.rows} />
    </>
  )
}

/** A table with a head that stays in sight. */
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
