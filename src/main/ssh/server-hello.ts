import type { Duplex } from 'node:stream'

/** The lists of one kind, which each direction of the connection negotiates separately. */
export interface BothWays {
  readonly toServer: readonly string[]
  readonly toClient: readonly string[]
}

/** The algorithms that one side of a key exchange offers, in order of preference (SSH_MSG_KEXINIT, RFC 4253, 7.1). */
export interface KexInit {
  readonly kex: readonly string[]
  readonly hostKey: readonly string[]
  readonly cipher: BothWays
  readonly mac: BothWays
  readonly compression: BothWays
}

/** The server's data from before encryption starts. */
export interface ServerHello {
  /** Its first 256 bytes, as Latin-1: shown if the server doesn't speak SSH. */
  readonly text: string
  /** Its identification line (RFC 4253, 4.2); null until received. */
  readonly ident: string | null
  readonly kexInit: KexInit | null
}

const kexInitType = 20
const cookieBytes = 16
const textBytes = 256
// Generous: OpenSSH's identification and KEXINIT take about 1.5 KiB, and RFC 4253 (6.1) allows packets of 35,000 bytes.
const maxBytes = 128 * 1024

/**
 * Reads the first bytes of a server, in chunks of any size; stops at its KEXINIT, at 128 KiB, or at anything that isn't
 * SSH.
 */
export class HelloReader {
  #bytes = Buffer.alloc(0)
  #at = 0
  #text = Buffer.alloc(0)
  #ident: string | null = null
  #kexInit: KexInit | null = null
  #done = false

  get done(): boolean {
    return this.#done
  }

  get hello(): ServerHello {
    return { text: this.#text.toString('latin1'), ident: this.#ident, kexInit: this.#kexInit }
  }

  push(data: Buffer): void {
    if (this.#done) return
    this.#text = Buffer.concat([this.#text, data.subarray(0, textBytes - this.#text.length)])
    this.#bytes = Buffer.concat([this.#bytes, data.subarray(0, maxBytes - this.#bytes.length)])
    while (!this.#done && (this.#ident === null ? this.#readLine() : this.#readPacket()));
    this.#done ||= this.#bytes.length >= maxBytes
    if (this.#done) this.#bytes = Buffer.alloc(0)
  }

  /** The server may send arbitrary lines before its identification. */
  #readLine(): boolean {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end < 0) return false
    const line = this.#bytes.toString('latin1', this.#at, end).replace(/\r$/, '')
    this.#at = end + 1
    if (line.startsWith('SSH-')) this.#ident = line
    return true
  }

  /** Reads `uint32 length, byte padding length, payload, padding` (RFC 4253, 6), which has no MAC yet. */
  #readPacket(): boolean {
    if (this.#bytes.length - this.#at < 6) return false
    const length = this.#bytes.readUInt32BE(this.#at)
    const padding = this.#bytes[this.#at + 4] as number
    if (length > maxBytes || length < padding + 2) return (void (this.#done = true), false)
    const end = this.#at + 4 + length
    if (this.#bytes.length < end) return false
    const payload = this.#bytes.subarray(this.#at + 5, end - padding)
    this.#at = end
    if (payload[0] !== kexInitType) return true
    this.#kexInit = parseKexInit(payload)
    this.#done = true
    return false
  }
}

/** Parses the payload of a KEXINIT; null if its lists exceed it. */
export function parseKexInit(payload: Buffer): KexInit | null {
  const lists: string[][] = []
  let at = 1 + cookieBytes
  while (lists.length < 8) {
    if (payload.length - at < 4) return null
    const length = payload.readUInt32BE(at)
    if (length > payload.length - at - 4) return null
    lists.push(
      payload
        .toString('latin1', at + 4, at + 4 + length)
        .split(',')
        .filter(Boolean),
    )
    at += 4 + length
  }
  const [kex = [], hostKey = [], ...ways] = lists
  const both = (index: number) => ({ toServer: ways[index] ?? [], toClient: ways[index + 1] ?? [] })
  return { kex, hostKey, cipher: both(0), mac: both(2), compression: both(4) }
}

/** Returns the stage of a connection according to the server's data, before its host key. */
export function stageOf({ ident }: ServerHello): 'connected' | 'key-exchange' {
  return ident === null ? 'connected' : 'key-exchange'
}

/**
 * Records the data that another listener reads, which ssh2 doesn't expose. Pauses the stream, so that no byte arrives
 * before that listener is attached.
 */
export function watchHello(stream: Duplex): () => ServerHello {
  const reader = new HelloReader()
  const listen = (data: Buffer) => {
    reader.push(data)
    if (reader.done) stream.removeListener('data', listen)
  }
  stream.on('data', listen)
  stream.pause()
  return () => reader.hello
}
