/**
 * The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) as bytes, both ways:
 *
 *   uint32 length | byte type | uint32 request-id | fields of the type
 *
 * INIT and VERSION have a version number in place of the request id. Strings are bytes with a uint32 length before them.
 */

/** The packet types (section 3). */
export const packetType = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const

/** The codes of SSH_FXP_STATUS (section 7), and those of later drafts that servers send anyway. */
export const statusCode = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  noConnection: 6,
  connectionLost: 7,
  unsupported: 8,
  fileAlreadyExists: 11,
  writeProtect: 12,
  noSpace: 14,
  quotaExceeded: 15,
  dirNotEmpty: 18,
  notADirectory: 19,
  invalidFilename: 20,
  linkLoop: 21,
} as const

/** The flags of SSH_FXP_OPEN (section 6.3). */
export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const

/** File attributes (section 5); absent ones were not sent. Times are seconds since 1970. */
export interface Attributes {
  /** Bytes; null if the server sent an impossible size, such as 2^64 - 1 for -1. */
  readonly size?: number | null
  readonly uid?: number
  readonly gid?: number
  readonly mode?: number
  readonly atime?: number
  readonly mtime?: number
}

const attributeFlag = { size: 1, ids: 2, mode: 4, times: 8, extended: 0x80000000 } as const

/** The received data is not SFTP; the session can't continue. */
export class SftpFormatError extends Error {}

/** Builds one packet from its fields. */
export class PacketWriter {
  #buffer = Buffer.allocUnsafe(128)
  // The length is written last.
  #at = 4

  constructor(type: number) {
    this.u8(type)
  }

  u8(value: number): this {
    this.#room(1)
    this.#at = this.#buffer.writeUInt8(value, this.#at)
    return this
  }

  u32(value: number): this {
    this.#room(4)
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at)
    return this
  }

  /** Writes an integer from 0 to 2^53 - 1. */
  u64(value: number): this {
    return this.u32(Math.floor(value / 0x1_0000_0000)).u32(value % 0x1_0000_0000)
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length)
    return this.raw(value)
  }

  raw(value: Uint8Array): this {
    this.#room(value.length)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
    return this
  }

  attributes({ size, uid, gid, mode, atime, mtime }: Attributes): this {
    const ids = uid !== undefined && gid !== undefined
    const times = atime !== undefined && mtime !== undefined
    this.u32(
      (size === undefined ? 0 : attributeFlag.size) |
        (ids ? attributeFlag.ids : 0) |
        (mode === undefined ? 0 : attributeFlag.mode) |
        (times ? attributeFlag.times : 0),
    )
    if (size === null) this.u32(0xffff_ffff).u32(0xffff_ffff)
    else if (size !== undefined) this.u64(size)
    if (ids) this.u32(uid).u32(gid)
    if (mode !== undefined) this.u32(mode)
    if (times) this.u32(atime).u32(mtime)
    return this
  }

  /** Returns the packet, whose last field has `following` more bytes that are sent after it. */
  finish(following = 0): Buffer {
    this.#buffer.writeUInt32BE(this.#at - 4 + following, 0)
    return this.#buffer.subarray(0, this.#at)
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe((this.#at + bytes) * 2)
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}

/** Reads the fields of one packet in order. Errors: `SftpFormatError` past its end. */
export class PacketReader {
  readonly #buffer: Buffer
  #at = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  get left(): number {
    return this.#buffer.length - this.#at
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1))
  }

  u32(): number {
    return this.#buffer.readUInt32BE(this.#take(4))
  }

  /** A file can't have a number larger than 2^53 - 1. */
  u64(): number {
    const value = this.about64()
    if (!Number.isSafeInteger(value)) throw new SftpFormatError('a number above 2^53')
    return value
  }

  /** Reads a number that may be larger, to the precision of a double. */
  about64(): number {
    return this.u32() * 0x1_0000_0000 + this.u32()
  }

  skip(bytes: number): void {
    this.#take(bytes)
  }

  /** Returns the bytes of a string, which share memory with the packet. */
  bytes(): Buffer {
    const length = this.u32()
    const start = this.#take(length)
    return this.#buffer.subarray(start, start + length)
  }

  attributes(): Attributes {
    const flags = this.u32()
    const found: { -readonly [K in keyof Attributes]: Attributes[K] } = {}
    if (flags & attributeFlag.size) {
      const size = this.about64()
      found.size = Number.isSafeInteger(size) ? size : null
    }
    if (flags & attributeFlag.ids) [found.uid, found.gid] = [this.u32(), this.u32()]
    if (flags & attributeFlag.mode) found.mode = this.u32()
    if (flags & attributeFlag.times) [found.atime, found.mtime] = [this.u32(), this.u32()]
    if (flags & attributeFlag.extended) this.#skipExtended()
    return found
  }

  // The extensions are ignored, so a count beyond the end of the packet is harmless.
  #skipExtended(): void {
    try {
      for (let count = this.u32(); count > 0; count--) {
        this.bytes()
        this.bytes()
      }
    } catch (error) {
      if (!(error instanceof SftpFormatError)) throw error
      this.#at = this.#buffer.length
    }
  }

  #take(length: number): number {
    const start = this.#at
    if (length > this.left) throw new SftpFormatError('a truncated packet')
    this.#at += length
    return start
  }
}
