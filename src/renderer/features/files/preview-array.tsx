import { useCallback } from 'react'

import type { FileReader } from './file-reader.ts'
import { parseNpy, parseZipDirectory, unpackHead, type ArrayInfo } from './numpy.ts'
import { DataTable } from './preview-table.tsx'
import { useLoaded } from './use-loaded.ts'

const headBytes = 16 * 1024
const tailBytes = 256 * 1024
const mostArrays = 64

/** The type and shape of NumPy arrays; their numbers stay where they are. */
export function ArrayPreview({ reader, name }: { readonly reader: FileReader; readonly name: string }) {
  const load = useCallback(() => (/\.npz$/i.test(name) ? readNpz(reader) : readNpy(reader, name)), [reader, name])
  const { value, error } = useLoaded(load)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Opening</p>
  return (
    <DataTable head={['Array', 'Type', 'Shape']} rows={value.map(({ name: of, type, shape }) => [of, type, shape])} />
  )
}

async function readNpy(reader: FileReader, name: string): Promise<readonly ArrayInfo[]> {
  const info = parseNpy(await reader.bytes(0, headBytes), name)
  if (!info) throw new Error('This is not a NumPy array.')
  return [info]
}

async function readNpz(reader: FileReader): Promise<readonly ArrayInfo[]> {
  const from = Math.max(0, reader.size - tailBytes)
  const entries = parseZipDirectory(await reader.bytes(from, tailBytes), from)
  if (!entries) throw new Error('This is not an archive of NumPy arrays.')
  const found = await Promise.all(
    entries.slice(0, mostArrays).map(async entry => {
      const head = await unpackHead(await reader.bytes(entry.at, headBytes), entry.method)
      return parseNpy(head, entry.name.replace(/\.npy$/, ''))
    }),
  )
  return found.filter(info => info !== null)
}
