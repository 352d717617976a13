// Reads and writes the encodings of key files: SSH strings (RFC 4251, 5) and DER (X.690). Plain JavaScript, so that the
// worker runs the file that ships.

/** Reads the fields of SSH's binary encoding. Errors: `RangeError` if the data is truncated. */
export class ByteReader {
  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  get left() {
    return this.bytes.length - this.at
  }

  uint32() {
    if (this.left < 4) throw new RangeError('the file is truncated')
    const value = this.bytes.readUInt32BE(this.at)
    this.at += 4
    return value
  }

  /** @param {number} length */
  take(length) {
    if (length > this.left) throw new RangeError('the file is truncated')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  string() {
    return this.take(this.uint32())
  }

  text() {
    return this.string().toString('utf8')
  }
}

/** @param {number} value */
export function uint32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** @param {Buffer | string} value */
export function sshString(value) {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, 'utf8')
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** Encodes a non-negative integer as an mpint. @param {Buffer} value */
export function mpint(value) {
  const bytes = trimmed(value)
  return sshString(
    bytes.length > 0 && /** @type {number} */ (bytes[0]) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes,
  )
}

/** @param {Buffer} value */
export function trimmed(value) {
  let start = 0
  while (start < value.length && value[start] === 0) start++
  return value.subarray(start)
}

/** @param {number} tag @param {Buffer[]} parts */
export function der(tag, ...parts) {
  const body = Buffer.concat(parts)
  const { length } = body
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), body])
}

/** @param {Buffer} value */
export function derInteger(value) {
  const bytes = trimmed(value)
  if (bytes.length === 0) return der(0x02, Buffer.from([0]))
  return der(0x02, /** @type {number} */ (bytes[0]) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** @param {Buffer} bytes */
export function toBigInt(bytes) {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
}

/** @param {bigint} value */
export function fromBigInt(value) {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
