import { SftpFormatError } from './codec.ts'

// OpenSSH sends at most 256 KiB; no request asks for more.
const maxPacket = 512 * 1024

/**
 * Splits a byte stream into packets, without their length fields. Errors: `SftpFormatError` for an impossible length.
 */
export class PacketSplitter {
  readonly #onPacket: (packet: Buffer) => void
  readonly #head = Buffer.alloc(4)
  #headBytes = 0
  #packet: Buffer | undefined
  #filled = 0

  constructor(onPacket: (packet: Buffer) => void) {
    this.#onPacket = onPacket
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#packet) at = this.#fill(this.#packet, chunk, at)
      else if (this.#headBytes === 0 && chunk.length - at >= 4) at = this.#begin(chunk.readUInt32BE(at), chunk, at + 4)
      else at = this.#collectHead(chunk, at)
    }
  }

  #collectHead(chunk: Buffer, at: number): number {
    this.#head[this.#headBytes++] = chunk[at] as number
    if (this.#headBytes < 4) return at + 1
    this.#headBytes = 0
    return this.#begin(this.#head.readUInt32BE(0), chunk, at + 1)
  }

  #begin(length: number, chunk: Buffer, at: number): number {
    if (length < 1 || length > maxPacket) throw new SftpFormatError(`a packet of ${length} bytes`)
    if (chunk.length - at >= length) {
      this.#onPacket(chunk.subarray(at, at + length))
      return at + length
    }
    this.#packet = Buffer.allocUnsafe(length)
    this.#filled = 0
    return at
  }

  #fill(packet: Buffer, chunk: Buffer, at: number): number {
    const taken = chunk.copy(packet, this.#filled, at, at + packet.length - this.#filled)
    this.#filled += taken
    if (this.#filled === packet.length) {
      this.#packet = undefined
      this.#onPacket(packet)
    }
    return at + taken
  }
}
