import type { ColumnMetaData } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'

import type { ByteSource } from './byte-source.ts'

/** Maximum bytes of one page, compressed or not; writers usually start a new page at 1 MiB. */
export const largestPage = 8 * 1024 * 1024
/** Maximum number of values in a page, since the reader allocates memory for as many as the header claims. */
const maxValues = 2_000_000
/** A page header can be large: it includes the minimum and maximum value of its page. */
const maxHeader = 64 * 1024
/** Values can't be matched to rows in a list column, so this many bytes are read instead. */
const listBytes = 512 * 1024

/** The first pages of a column chunk and their offset in the file. */
export interface PagesRead {
  readonly at: number
  readonly bytes: Uint8Array
}

/**
 * Reads the pages with the first `rows` rows of a column chunk. Sizes claimed by page headers are checked before any memory
 * is allocated for them. Throws if a page is too large.
 */
export async function firstPages(source: ByteSource, meta: ColumnMetaData, rows: number): Promise<PagesRead> {
  const data = Number(meta.data_page_offset)
  const dictionary = Number(meta.dictionary_page_offset ?? 0n)
  const at = dictionary > 0 && dictionary < data ? dictionary : data
  const length = Math.min(Number(meta.total_compressed_size), source.size - at)
  if (!(at >= 0 && length > 0)) throw new Error('This column is outside the file.')
  const isList = meta.path_in_schema.length > 1
  let bytes = new Uint8Array(0)
  const have = async (end: number) => {
    const wanted = Math.min(end, length)
    if (bytes.length >= wanted) return
    const more = new Uint8Array(await source.slice(at + bytes.length, at + wanted))
    const whole = new Uint8Array(bytes.length + more.length)
    whole.set(bytes)
    whole.set(more, bytes.length)
    bytes = whole
  }
  let offset = 0
  for (let found = 0; offset < length && (isList ? offset < listBytes : found < rows);) {
    await have(offset + maxHeader)
    const reader = { view: new DataView(bytes.buffer), offset }
    const header = parquetHeader(reader)
    const values = Math.max(
      header.data_page_header?.num_values ?? 0,
      header.data_page_header_v2?.num_values ?? 0,
      header.dictionary_page_header?.num_values ?? 0,
    )
    const sizes = [header.compressed_page_size, header.uncompressed_page_size]
    if (values > maxValues || sizes.some(size => !(size >= 0 && size <= largestPage)))
      throw new Error('A page of this column is too large.')
    found += header.data_page_header_v2?.num_rows ?? header.data_page_header?.num_values ?? 0
    offset = reader.offset + header.compressed_page_size
    if (offset > length) throw new Error('A page of this column is truncated.')
    await have(offset)
  }
  return { at, bytes: bytes.subarray(0, offset) }
}
