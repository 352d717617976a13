import { PacketReader, packetType, PacketWriter } from '../main/sftp/codec.ts'
import { PacketSplitter } from '../main/sftp/packet-splitter.ts'
import type { ByteChannel } from '../main/sftp/sftp-wire.ts'

/** One request as the fake server sees it. */
export interface FakeRequest {
  readonly type: number
  readonly id: number
  readonly fields: PacketReader
}

/** The fake server's answer to a request; bytes are sent unchanged, null is silence. */
export type FakeAnswer = PacketWriter | Uint8Array | null | 'close'

/** A minimal SFTP server that can misbehave in every way, over a channel in memory. */
export class FakeSftp implements ByteChannel {
  closed = false
  readonly requests: FakeRequest[] = []
  readonly #answer: (request: FakeRequest) => FakeAnswer | readonly FakeAnswer[]
  readonly #greeting: Uint8Array | null
  readonly #data: ((data: Buffer) => void)[] = []
  readonly #ends: (() => void)[] = []
  readonly #splitter = new PacketSplitter(packet => this.#take(packet))

  constructor(
    answer: (request: FakeRequest) => FakeAnswer | readonly FakeAnswer[],
    greeting: Uint8Array | null = new PacketWriter(packetType.version).u32(3).finish(),
  ) {
    this.#answer = answer
    this.#greeting = greeting
  }

  write(data: Uint8Array): boolean {
    this.#splitter.push(Buffer.from(data))
    return true
  }

  on(event: 'data' | 'end' | 'close' | 'error', listener: (data: Buffer) => void): this {
    if (event === 'data') this.#data.push(listener)
    else this.#ends.push(listener as () => void)
    return this
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    queueMicrotask(() => this.#ends.forEach(end => end()))
  }

  /** Sends bytes unasked. */
  send(bytes: Uint8Array): void {
    if (!this.closed) for (const listener of this.#data) listener(Buffer.from(bytes))
  }

  #take(packet: Buffer): void {
    const fields = new PacketReader(packet)
    const type = fields.u8()
    if (type === packetType.init) {
      if (this.#greeting) queueMicrotask(() => this.send(this.#greeting as Uint8Array))
      return
    }
    const request = { type, id: fields.u32(), fields }
    this.requests.push(request)
    const answers = this.#answer(request)
    // On a later turn, as over a network.
    setImmediate(() => {
      for (const answer of Array.isArray(answers) ? (answers as FakeAnswer[]) : [answers as FakeAnswer]) {
        if (answer === 'close') this.close()
        else if (answer !== null) this.send(answer instanceof PacketWriter ? answer.finish() : answer)
      }
    })
  }
}

export const fakeReply = {
  status: (id: number, code: number, text = '') =>
    new PacketWriter(packetType.status).u32(id).u32(code).bytes(Buffer.from(text)).bytes(Buffer.from('en')),
  handle: (id: number, handle = 'h') => new PacketWriter(packetType.handle).u32(id).bytes(Buffer.from(handle)),
  data: (id: number, data: Uint8Array) => new PacketWriter(packetType.data).u32(id).bytes(data),
  names: (id: number, names: readonly (string | Uint8Array)[], mode = 0o100644) =>
    names.reduce<PacketWriter>(
      (packet, name) =>
        packet
          .bytes(Buffer.from(name as string))
          .bytes(Buffer.from(''))
          .attributes({ size: 1, mode }),
      new PacketWriter(packetType.name).u32(id).u32(names.length),
    ),
  attributes: (id: number, size: number, mode = 0o100644) =>
    new PacketWriter(packetType.attrs).u32(id).attributes({ size, mode, atime: 1, mtime: 1 }),
}
