/** The name, type and shape of a NumPy array. */
export interface ArrayInfo {
  readonly name: string
  readonly type: string
  readonly shape: string
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Parses the header of a .npy file (format versions 1 to 3) from its first bytes; null for other files. Pure. */
export function parseNpy(bytes: Uint8Array, name: string): ArrayInfo | null {
  if (bytes.length < 12 || !magic.every((byte, index) => bytes[index] === byte)) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = (bytes[6] ?? 0) >= 2
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  const start = wide ? 12 : 10
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + Math.min(length, 65_536)))
  const type = /'descr':\s*(?:'([^']*)'|(\[.*?\]))/.exec(header)
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)
  if (!type || !shape) return null
  const sizes = (shape[1] ?? '')
    .split(',')
    .map(size => size.trim())
    .filter(Boolean)
  return { name, type: typeName(type[1] ?? type[2] ?? ''), shape: sizes.length === 0 ? 'scalar' : sizes.join(' × ') }
}

/** One entry of a zip archive's central directory. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly packed: number
  readonly at: number
}

/** Parses a zip archive's central directory from its last bytes, which start at `from`; null if it isn't in them. Pure. */
export function parseZipDirectory(tail: Uint8Array, from: number): readonly ZipEntry[] | null {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  let end = tail.length - 22
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0) return null
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true) - from
  if (at < 0) return null
  const entries: ZipEntry[] = []
  for (let index = 0; index < count && at + 46 <= tail.length; index++) {
    if (view.getUint32(at, true) !== 0x02014b50) break
    const [nameLength, extra, comment] = [28, 30, 32].map(offset => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ]
    entries.push({
      name: new TextDecoder().decode(tail.subarray(at + 46, at + 46 + nameLength)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true),
    })
    at += 46 + nameLength + extra + comment
  }
  return entries
}

/** Larger than any array header. One deflated byte can expand to up to 1,032 bytes. */
const maxUnpacked = 80 * 1024
const packedStep = 1024

/** Unpacks the start of an entry, after its local header: at most 80 KiB, plus one step. */
export async function unpackHead(local: Uint8Array, method: number): Promise<Uint8Array> {
  const view = new DataView(local.buffer, local.byteOffset, local.byteLength)
  if (local.length < 30) return new Uint8Array(0)
  const body = local.slice(30 + view.getUint16(26, true) + view.getUint16(28, true))
  if (method === 0) return body
  if (method !== 8) return new Uint8Array(0)
  const unpack = new DecompressionStream('deflate-raw')
  const writer = unpack.writable.getWriter()
  const reader = unpack.readable.getReader()
  const feed = async () => {
    // Small steps, because each is unpacked completely before the reader can stop.
    for (let at = 0; at < body.length; at += packedStep) await writer.write(body.subarray(at, at + packedStep))
    await writer.close()
  }
  // Only the start of the entry was read, so a missing end is not a failure.
  const fed = feed().catch(() => {})
  const unpacked = new Uint8Array(maxUnpacked)
  let length = 0
  try {
    while (length < maxUnpacked) {
      const { value, done } = await reader.read()
      if (done) break
      const part = value.subarray(0, maxUnpacked - length)
      unpacked.set(part, length)
      length += part.length
    }
  } catch {
    // The data is damaged or truncated. The bytes before that are enough, or this is not an array.
  }
  await reader.cancel().catch(() => {})
  await fed
  return unpacked.subarray(0, length)
}

const kinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', c: 'complex', b: 'bool' }

function typeName(descr: string): string {
  const [, kind = '', size = ''] = /^[<>|=]?([a-zA-Z])(\d+)$/.exec(descr) ?? []
  const word = kinds[kind]
  if (word === undefined) return descr
  return word === 'bool' ? 'bool' : `${word}${Number(size) * 8}`
}
