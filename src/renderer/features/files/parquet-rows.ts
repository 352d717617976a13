import { parquetMetadata, parquetReadObjects, parquetSchema, snappyUncompress } from 'hyparquet'
import type { ColumnChunk, Compressors, FileMetaData, RowGroup } from 'hyparquet'
import {
  decompressBrotli,
  decompressGzip,
  decompressLz4,
  decompressLz4Raw,
  decompressZstd,
} from 'hyparquet-compressors'

import { firstPages, largestPage, type PagesRead } from './parquet-pages.ts'
import type { ByteSource } from './byte-source.ts'
import { counted, cutTable, limits, type TableAnswer } from './preview-limits.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

const firstRows = 50
/** The metadata of a table with 20,000 columns has about 4 MB. */
const maxFooter = 8 * 1024 * 1024
/** Leaf columns of one column: a struct has one for each field. */
const maxLeaves = 50
const maxValueLength = 200

/** Reads the columns and first rows of a Parquet file. Only the pages that contain these rows are read. */
export async function readParquet(source: ByteSource): Promise<TableAnswer> {
  const metadata = parquetMetadata(await footerOf(source))
  const columns = parquetSchema(metadata).children.map(({ element }) => ({
    name: element.name,
    type: (element.converted_type ?? element.type ?? 'group').toLowerCase(),
  }))
  const group = metadata.row_groups.find(({ num_rows: rows }) => rows > 0n)
  const count = Math.min(firstRows, Number(group?.num_rows ?? 0n))
  const shownColumns = columns.slice(0, limits.columns)
  const values: (readonly string[] | null)[] = []
  if (group) for (const { name } of shownColumns) values.push(await columnOf(name, { source, metadata, group, count }))
  const rows = Array.from({ length: count }, (_each, row) => shownColumns.map((_column, at) => values[at]?.[row] ?? ''))
  const table = cutTable(
    columns.map(({ name, type }) => `${name} (${type})`),
    rows,
    { most: firstRows },
  )
  const total = `${plural(Number(metadata.num_rows), 'row')}, ${plural(columns.length, 'column')}. Showing the first ${plural(table.rows.length, 'row')}.`
  const unread = values.filter(column => column === null).length
  const more = unread === 0 ? [] : [`${plural(unread, 'column')} left empty: too large or damaged to read.`]
  return { ...table, notes: [total, ...table.notes, ...more] }
}

/** Reads the file metadata, which is at the end of the file with its length and a magic number. */
async function footerOf(source: ByteSource): Promise<ArrayBuffer> {
  const end = await source.slice(Math.max(0, source.size - 8), source.size)
  const view = new DataView(end)
  if (end.byteLength < 8 || view.getUint32(4, true) !== 0x31524150) throw new Error('This is not a valid Parquet file.')
  const length = view.getUint32(0, true)
  if (length > source.size - 8) throw new Error('This Parquet file is damaged: its footer is longer than the file.')
  if (length > maxFooter)
    throw new Error(`The metadata of this Parquet file is too large to preview (${sizeText(length)}).`)
  return source.slice(source.size - length - 8, source.size)
}

interface Reading {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly group: RowGroup
  readonly count: number
}

/** The first values of a column as text, or null if they can't be read within the limits. */
async function columnOf(name: string, { source, metadata, group, count }: Reading): Promise<readonly string[] | null> {
  try {
    const leaves = group.columns.filter(({ meta_data: meta }) => meta?.path_in_schema[0] === name)
    if (leaves.length === 0 || leaves.length > maxLeaves) return null
    const read: PagesRead[] = []
    const chunks: ColumnChunk[] = []
    for (const leaf of leaves) {
      const meta = leaf.meta_data
      if (!meta) return null
      const pages = await firstPages(source, meta, count)
      read.push(pages)
      // The reader must not look beyond the last page that was read.
      chunks.push({ ...leaf, meta_data: { ...meta, total_compressed_size: BigInt(pages.bytes.length) } })
    }
    const rows = await parquetReadObjects({
      file: { byteLength: source.size, slice: (start, end = source.size) => pieceOf(read, start, end) },
      metadata: { ...metadata, row_groups: [{ ...group, columns: chunks }] },
      columns: [name],
      rowStart: 0,
      rowEnd: count,
      compressors: capped,
    })
    return rows.map(row => shown(row[name]))
  } catch {
    return null
  }
}

/** `1 column` or `1,200 columns`. */
function plural(count: number, noun: string): string {
  return `${counted(count)} ${count === 1 ? noun : `${noun}s`}`
}

function pieceOf(read: readonly PagesRead[], start: number, end: number): ArrayBuffer {
  if (end - start > limits.bytes) throw new Error('This part of the file is too large.')
  const piece = new Uint8Array(Math.max(0, end - start))
  for (const { at, bytes } of read) {
    const [from, to] = [Math.max(start, at), Math.min(end, at + bytes.length)]
    if (from < to) piece.set(bytes.subarray(from - at, to - at), from - start)
  }
  return piece.buffer
}

/**
 * Decompressors that allocate at most `largestPage` bytes. The package's own table isn't used, because it loads
 * WebAssembly, which the content security policy blocks.
 */
const capped: Compressors = {
  GZIP: (input, length) => decompressGzip(input, roomFor(length)),
  BROTLI: (input, length) => decompressBrotli(input, roomFor(length)),
  LZ4: (input, length) => decompressLz4(input, roomFor(length)),
  LZ4_RAW: (input, length) => decompressLz4Raw(input, roomFor(length)),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(roomFor(length))),
  SNAPPY: (input, length) => {
    const output = new Uint8Array(roomFor(length))
    snappyUncompress(input, output)
    return output
  },
}

function roomFor(length: number): number {
  if (!(length >= 0 && length <= largestPage)) throw new Error('This page is too large.')
  return length
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  if (typeof value !== 'object') return String(value)
  const part = (_key: string, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)
  return JSON.stringify(value, part).slice(0, maxValueLength)
}
