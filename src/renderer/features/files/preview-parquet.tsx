import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { useCallback } from 'react'

import type { FileReader } from './file-reader.ts'
import { DataTable } from './preview-table.tsx'
import css from './preview.module.css'
import { useLoaded } from './use-loaded.ts'

const firstRows = 50

/** The columns of a Parquet file and its first rows. */
export function ParquetPreview({ reader }: { readonly reader: FileReader }) {
  const load = useCallback(async () => {
    const file = {
      byteLength: reader.size,
      slice: (start: number, end?: number) => reader.slice(start, end ?? reader.size),
    }
    const metadata = await parquetMetadataAsync(file)
    const columns = parquetSchema(metadata).children.map(({ element }) => ({
      name: element.name,
      type: (element.converted_type ?? element.type ?? 'group').toLowerCase(),
    }))
    // Snappy is built in; the other's is WebAssembly, which this window does not run.
    const { SNAPPY: _wasm, ...others } = compressors
    const rows = await parquetReadObjects({ file, metadata, rowStart: 0, rowEnd: firstRows, compressors: others })
    return { columns, rows, total: Number(metadata.num_rows) }
  }, [reader])
  const { value, error } = useLoaded(load)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Opening</p>
  const { columns, rows, total } = value
  return (
    <>
      <p className={css['more']} role="status">
        {`${total.toLocaleString()} rows, ${columns.length} columns; the first ${rows.length} rows`}
      </p>
      <DataTable
        head={columns.map(({ name, type }) => `${name} (${type})`)}
        rows={rows.map(row => columns.map(({ name }) => shown(row[name])))}
      />
    </>
  )
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)).slice(0, 200)
}
