import { parseNpy, parseZipDirectory, unpackHead, type ArrayInfo } from './numpy.ts'
import type { ByteSource } from './byte-source.ts'
import { counted, cutTable, type TableAnswer } from './preview-limits.ts'

const headBytes = 16 * 1024
const tailBytes = 256 * 1024
const maxArrays = 64

/** Reads the types and shapes of NumPy arrays from their headers; the values are not downloaded. */
export async function readArrays(source: ByteSource, name: string): Promise<TableAnswer> {
  const { found, notes } = /\.npz$/i.test(name) ? await readNpz(source) : await readNpy(source, name)
  const table = cutTable(
    ['Array', 'Type', 'Shape'],
    found.map(({ name: of, type, shape }) => [of, type, shape]),
    { most: maxArrays },
  )
  return { ...table, notes }
}

interface Found {
  readonly found: readonly ArrayInfo[]
  readonly notes: readonly string[]
}

async function head(source: ByteSource, at: number): Promise<Uint8Array> {
  return new Uint8Array(await source.slice(at, Math.min(at + headBytes, source.size)))
}

async function readNpy(source: ByteSource, name: string): Promise<Found> {
  const info = parseNpy(await head(source, 0), name)
  if (!info) throw new Error('This is not a valid NumPy array file.')
  return { found: [info], notes: [] }
}

async function readNpz(source: ByteSource): Promise<Found> {
  const from = Math.max(0, source.size - tailBytes)
  const entries = parseZipDirectory(new Uint8Array(await source.slice(from, source.size)), from)
  if (!entries) throw new Error('This is not a valid NumPy archive.')
  const found: ArrayInfo[] = []
  // Entries are read one by one, so that only one is unpacked at a time.
  for (const entry of entries.slice(0, maxArrays)) {
    const info = parseNpy(
      await unpackHead(await head(source, entry.at), entry.method),
      entry.name.replace(/\.npy$/, ''),
    )
    if (info) found.push(info)
  }
  const more = entries.length > maxArrays
  const notes = more ? [`This archive contains ${counted(entries.length)} files. Showing the first ${maxArrays}.`] : []
  return { found, notes }
}
