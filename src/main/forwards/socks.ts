/*
 * SOCKS 5 (RFC 1928), without authentication, CONNECT only:
 *   greeting  VER(5) NMETHODS METHODS...          answer  VER METHOD(0, or FF for none)
 *   request   VER CMD RSV ATYP DST.ADDR DST.PORT  answer  VER REP RSV ATYP BND.ADDR BND.PORT
 * SOCKS 4 and 4a:
 *   request   VN(4) CD DSTPORT DSTIP USERID 0 [NAME 0]   answer  0 CD(5A granted, 5B refused) PORT IP
 * The server resolves domain names.
 */

/** The destination that a proxy client requests. */
export interface SocksTarget {
  readonly address: string
  readonly port: number
}

/** The next step: send `reply` if there is one, then wait for more, connect, or close. */
export type SocksStep =
  | { readonly kind: 'more'; readonly reply: Buffer | null; readonly rest: Buffer }
  | { readonly kind: 'connect'; readonly target: SocksTarget; readonly rest: Buffer }
  | { readonly kind: 'refuse'; readonly reply: Buffer; readonly why: string }

/** The reason a connection failed, as in RFC 1928 (section 6). */
export type SocksFailure = 'general' | 'forbidden' | 'unreachable' | 'refused' | 'timed-out'

const replies: Readonly<Record<SocksFailure, number>> = {
  general: 1,
  forbidden: 2,
  unreachable: 4,
  refused: 5,
  'timed-out': 6,
}

// The size of a greeting and a request: 2 + 255 and 4 + 1 + 255 + 2 bytes; SOCKS 4a has two texts of at most 255.
const longest = 600

/** Parses the client's side of one connection, in chunks. Pure except for its own state. */
export class SocksReader {
  #version: 4 | 5 | null = null
  #greeted = false

  /** Parses all bytes that have arrived and were not consumed yet. */
  read(data: Buffer): SocksStep {
    if (data.length === 0) return more(data)
    const version = this.#version ?? data[0]
    if (version === 5) return this.#greeted ? this.#request(data) : this.#greeting(data)
    if (version === 4) return this.#request4(data)
    return refuse(Buffer.alloc(0), 'the program doesn’t speak SOCKS')
  }

  /** The reply to a request that the server granted. */
  granted(): Buffer {
    return this.#version === 4 ? answer4(0x5a) : answer5(0)
  }

  failed(why: SocksFailure): Buffer {
    return this.#version === 4 ? answer4(0x5b) : answer5(replies[why])
  }

  #greeting(data: Buffer): SocksStep {
    this.#version = 5
    const length = 2 + (data[1] ?? 0)
    if (data.length < length) return more(data)
    // 0 is "no authentication": the proxy listens on this computer only.
    if (!data.subarray(2, length).includes(0))
      return refuse(Buffer.from([5, 0xff]), 'the program asked to authenticate, and this proxy has no authentication')
    this.#greeted = true
    return { kind: 'more', reply: Buffer.from([5, 0]), rest: data.subarray(length) }
  }

  #request(data: Buffer): SocksStep {
    const [version, command, , type] = data
    if (data.length < 5) return data.length > 0 && version !== 5 ? refuse(answer5(1), 'malformed request') : more(data)
    if (version !== 5) return refuse(answer5(1), 'malformed request')
    const length = { 1: 4, 3: 1 + (data[4] ?? 0), 4: 16 }[type as 1 | 3 | 4]
    if (length === undefined) return refuse(answer5(8), 'unknown address type')
    const end = 4 + length + 2
    if (data.length < end) return more(data)
    if (command !== 1) {
      const what = command === 3 ? 'UDP, which SSH can’t forward' : 'a command other than CONNECT'
      return refuse(answer5(7), `the program asked for ${what}`)
    }
    const address = addressOf(data.subarray(4, 4 + length), type as 1 | 3 | 4)
    const port = data.readUInt16BE(end - 2)
    if (address === null || port === 0) return refuse(answer5(1), 'the request has no valid address')
    return { kind: 'connect', target: { address, port }, rest: data.subarray(end) }
  }

  #request4(data: Buffer): SocksStep {
    this.#version = 4
    if (data.length > longest) return refuse(answer4(0x5b), 'the request is too long')
    if (data.length < 9) return more(data)
    const userEnd = data.indexOf(0, 8)
    if (userEnd < 0) return more(data)
    const ip = data.subarray(4, 8)
    // 0.0.0.x with x not 0 means that a name follows (SOCKS 4a).
    const named = ip[0] === 0 && ip[1] === 0 && ip[2] === 0 && ip[3] !== 0
    const end = named ? data.indexOf(0, userEnd + 1) : userEnd
    if (end < 0) return more(data)
    const address = named ? nameOf(data.subarray(userEnd + 1, end)) : [...ip].join('.')
    const port = data.readUInt16BE(2)
    if (data[1] !== 1) return refuse(answer4(0x5b), 'the program asked for a command other than CONNECT')
    if (address === null || port === 0) return refuse(answer4(0x5b), 'the request has no valid address')
    return { kind: 'connect', target: { address, port }, rest: data.subarray(end + 1) }
  }
}

function addressOf(bytes: Buffer, type: 1 | 3 | 4): string | null {
  if (type === 1) return [...bytes].join('.')
  if (type === 3) return nameOf(bytes.subarray(1))
  const words = Array.from({ length: 8 }, (_each, index) => bytes.readUInt16BE(index * 2).toString(16))
  return words.join(':')
}

function nameOf(bytes: Buffer): string | null {
  const name = bytes.toString('latin1')
  return /^[A-Za-z0-9._:-]{1,255}$/.test(name) ? name : null
}

function answer5(code: number): Buffer {
  return Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0])
}

function answer4(code: number): Buffer {
  return Buffer.from([0, code, 0, 0, 0, 0, 0, 0])
}

function more(rest: Buffer): SocksStep {
  return { kind: 'more', reply: null, rest }
}

function refuse(reply: Buffer, why: string): SocksStep {
  return { kind: 'refuse', reply, why }
}
