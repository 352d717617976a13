/**
 * The tar format (POSIX.1-1988 ustar, plus reading GNU's long names and POSIX.1-2001's pax headers), as far as regular
 * files need it. Names are bytes.
 */

const block = 512
// A longer name or pax header can't come from the tar that was started.
const longestName = 64 * 1024

/** One file of an archive. */
export interface TarEntry {
  readonly name: Buffer
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly mode: number
  readonly isFile: boolean
  readonly data: Buffer
}

/** The received data is not an archive. */
export class TarFormatError extends Error {}

/** Returns the header of a file; its name must be ASCII and at most 99 characters long. */
export function tarHeader(file: { name: string; size: number; mode: number; mtime: number }): Buffer {
  const header = Buffer.alloc(block)
  header.write(file.name, 0, 99, 'ascii')
  const octal = (value: number, at: number, width: number) =>
    header.write(
      `${Math.max(0, Math.floor(value))
        .toString(8)
        .padStart(width - 1, '0')}\0`,
      at,
      width,
      'ascii',
    )
  octal(file.mode & 0o7777, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(file.size, 124, 12)
  octal(file.mtime, 136, 12)
  header.write('0', 156, 'ascii')
  header.write('ustar\x0000', 257, 'ascii')
  octal(checksum(header), 148, 7)
  header.write(' ', 155, 'ascii')
  return header
}

/** Returns the zeros that fill the last block of this many bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}

/** The end of an archive. */
export const tarEnd = Buffer.alloc(2 * block)

/**
 * Splits a stream into the files of an archive. A file larger than `largest` bytes is an error, since none was
 * requested.
 */
export class TarReader {
  readonly #onEntry: (entry: TarEntry) => void
  readonly #largest: number
  #chunks: Buffer[] = []
  #length = 0
  #header: Omit<TarEntry, 'data'> | undefined
  #type = ''
  #longName: Buffer | undefined
  #pax: { path?: Buffer; size?: number; mtime?: number } = {}
  #ended = false

  constructor(largest: number, onEntry: (entry: TarEntry) => void) {
    this.#largest = largest
    this.#onEntry = onEntry
  }

  /** True once the end of the archive was read. */
  get ended(): boolean {
    return this.#ended
  }

  /** Reads a chunk. Errors: `TarFormatError`. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#length += chunk.length
    while (!this.#ended && this.#step());
  }

  #step(): boolean {
    if (!this.#header) {
      if (this.#length < block) return false
      this.#readHeader(this.#take(block))
      return true
    }
    const { size } = this.#header
    const padded = size + ((block - (size % block)) % block)
    if (this.#length < padded) return false
    const data = this.#take(padded).subarray(0, size)
    this.#finish(this.#header, data)
    this.#header = undefined
    return true
  }

  #readHeader(header: Buffer): void {
    if (header.every(byte => byte === 0)) return void (this.#ended = true)
    if (checksum(header) !== octal(header, 148, 8)) throw new TarFormatError('a wrong checksum')
    this.#type = String.fromCharCode(header[156] ?? 0)
    const special = 'LKxg'.includes(this.#type)
    const isFile = this.#type === '0' || this.#type === '\0' || this.#type === '7'
    const size = (!special && this.#pax.size) || (special || isFile ? octal(header, 124, 12) : 0)
    if (size > (special ? longestName : this.#largest)) throw new TarFormatError(`a file of ${size} bytes`)
    this.#header = {
      name: (!special && (this.#pax.path ?? this.#longName)) || nameIn(header),
      size,
      mtime: this.#pax.mtime ?? octal(header, 136, 12),
      mode: octal(header, 100, 8) & 0o7777,
      isFile,
    }
  }

  #finish(header: Omit<TarEntry, 'data'>, data: Buffer): void {
    if (this.#type === 'L') return void (this.#longName = untilNul(data))
    if (this.#type === 'x') return void (this.#pax = parsePax(data))
    if (this.#type === 'K' || this.#type === 'g') return
    this.#longName = undefined
    this.#pax = {}
    this.#onEntry({ ...header, data })
  }

  #take(length: number): Buffer {
    const [first] = this.#chunks
    let taken: Buffer
    if (first && first.length >= length) {
      taken = first.subarray(0, length)
      if (first.length === length) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(length)
    } else {
      const whole = Buffer.concat(this.#chunks)
      taken = whole.subarray(0, length)
      this.#chunks = [whole.subarray(length)]
    }
    this.#length -= length
    return taken
  }
}

// The sum of all bytes, with the checksum field counted as spaces.
function checksum(header: Buffer): number {
  let sum = 8 * 0x20
  for (let at = 0; at < block; at++) if (at < 148 || at >= 156) sum += header[at] as number
  return sum
}

function octal(header: Buffer, at: number, width: number): number {
  // GNU tar writes numbers too large for octal in binary, with the top bit set.
  if ((header[at] as number) & 0x80) {
    let value = (header[at] as number) & 0x7f
    for (let index = 1; index < width; index++) value = value * 256 + (header[at + index] as number)
    if (!Number.isSafeInteger(value)) throw new TarFormatError('a number above 2^53')
    return value
  }
  const text = header
    .toString('latin1', at, at + width)
    .replace(/[\0 ].*$/s, '')
    .trim()
  const value = text === '' ? 0 : Number.parseInt(text, 8)
  if (!Number.isSafeInteger(value) || value < 0) throw new TarFormatError('an invalid number')
  return value
}

function nameIn(header: Buffer): Buffer {
  const name = untilNul(header.subarray(0, 100))
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? untilNul(header.subarray(345, 500)) : Buffer.alloc(0)
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name])
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Parses lines such as `20 path=some/name\n`, each preceded by its own length. */
function parsePax(data: Buffer): { path?: Buffer; size?: number; mtime?: number } {
  const found: { path?: Buffer; size?: number; mtime?: number } = {}
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const length = Number(data.toString('latin1', at, space))
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > data.length) break
    const field = data.subarray(space + 1, at + length - 1)
    const equals = field.indexOf(0x3d)
    const [key, value] = [field.toString('latin1', 0, equals), field.subarray(equals + 1)]
    if (key === 'path') found.path = Buffer.from(value)
    if (key === 'size') found.size = Number(value.toString('latin1'))
    if (key === 'mtime') found.mtime = Math.floor(Number(value.toString('latin1')))
    at += length
  }
  return found
}
