import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { packetType, PacketWriter, SftpFormatError, statusCode, type Attributes, type PacketReader } from './codec.ts'
import { GatheredWrites } from './gathered-writes.ts'
import { PacketSplitter } from './packet-splitter.ts'
import { parseReply, parseVersion, type Reply } from './replies.ts'
import { RequestTable } from './request-table.ts'
import { SftpStatusError } from './sftp-status-error.ts'

/** The stream that SFTP runs over: a channel with the subsystem, or with a server that a command started. */
export interface ByteChannel {
  write(data: Uint8Array): unknown
  on(event: 'data', listener: (data: Buffer) => void): unknown
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown
  close(): void
}

/** Builds the packet of a request with this id. */
export type BuildPacket = (id: number) => PacketWriter | Buffer

const versionMs = 15_000
const saidBytes = 512

/**
 * Requests and replies over one channel, matched by id. Each request is answered, refused with `SftpStatusError`, or
 * rejected with an `AppError` when the server falls silent, sends what is no SFTP, or the channel closes.
 */
export class SftpWire implements Disposable {
  readonly #closed = new Emitter<AppError>()
  readonly onClosed = this.#closed.event
  readonly #channel: ByteChannel
  readonly #writes: GatheredWrites
  readonly #where: string
  readonly #table: RequestTable
  readonly #owned: Disposable
  #extensions: ReadonlyMap<string, string> = new Map()
  #takeVersion: ((packet: Buffer) => void) | undefined
  /** What came before the greeting; null once that was read. */
  #before: Buffer | null = Buffer.alloc(0)
  #over = false

  /** Owns the channel and `owned` from then on. */
  constructor(channel: ByteChannel, where: string, owned: Disposable) {
    this.#channel = channel
    this.#writes = new GatheredWrites(data => {
      if (!this.#over) channel.write(data)
    })
    this.#where = where
    this.#owned = owned
    this.#table = new RequestTable({
      where,
      onLate: error => this.#end(error),
      onUnwanted: reply => this.#closeUnwanted(reply),
    })
    const splitter = new PacketSplitter(packet => this.#take(packet))
    channel.on('data', data => {
      if (this.#over) return
      this.#table.heard()
      if (this.#before) this.#before = Buffer.concat([this.#before, data.subarray(0, saidBytes - this.#before.length)])
      try {
        splitter.push(data)
      } catch (error) {
        this.#end(this.#broken(error))
      }
    })
    const gone = () => this.#end(this.#gone())
    for (const event of ['end', 'close', 'error'] as const) channel.on(event, gone)
  }

  /** How many requests wait for an answer. */
  get pending(): number {
    return this.#table.size
  }

  get isOpen(): boolean {
    return !this.#over
  }

  has(extension: string): boolean {
    return this.#extensions.has(extension)
  }

  /** Greets the server, within 15 s. Throws `server-refused` for what is not SFTP 3, `timed-out`, `lost`, `cancelled`. */
  async greet(signal: AbortSignal): Promise<void> {
    const packet = await this.#versionPacket(signal)
    const { version, extensions } = this.understood(() => parseVersion(packet))
    if (version !== 3)
      throw new AppError('server-refused', `${this.#where} speaks SFTP version ${version}; Hawser needs version 3.`)
    this.#extensions = extensions
    this.#before = null
  }

  /** Sends a request and answers with whatever comes back. */
  async send(build: BuildPacket, signal?: AbortSignal): Promise<Reply> {
    if (signal?.aborted === true) throw new AppError('cancelled', 'Cancelled')
    const id = this.#table.takeId()
    const built = build(id)
    const reply = this.#table.expect(id, signal)
    this.#writes.push(built instanceof PacketWriter ? built.finish() : built)
    return reply
  }

  async forOk(build: BuildPacket): Promise<void> {
    const reply = await this.send(build)
    if (reply.kind !== 'status' || reply.code !== statusCode.ok) throw this.unexpected(reply)
  }

  async forHandle(build: BuildPacket, signal?: AbortSignal): Promise<Buffer> {
    const reply = await this.send(build, signal)
    if (reply.kind !== 'handle') throw this.unexpected(reply)
    return reply.handle
  }

  async forAttributes(build: BuildPacket): Promise<Attributes> {
    const reply = await this.send(build)
    if (reply.kind !== 'attributes') throw this.unexpected(reply)
    return reply.attributes
  }

  async forName(build: BuildPacket): Promise<Buffer> {
    const reply = await this.send(build)
    const [entry] = reply.kind === 'names' ? reply.entries : []
    if (!entry) throw this.unexpected(reply)
    return entry.name
  }

  async forFields(build: BuildPacket): Promise<PacketReader> {
    const reply = await this.send(build)
    if (reply.kind !== 'extended') throw this.unexpected(reply)
    return reply.fields
  }

  /** The error to throw for a reply that is not the one asked for; one of the wrong kind ends the session. */
  unexpected(reply: Reply): Error {
    if (reply.kind === 'status' && reply.code !== statusCode.ok) return new SftpStatusError(reply.code, reply.text)
    return this.fail(`an unexpected reply (${reply.kind})`)
  }

  /** Runs a parser of fields; what it can't read ends the session. */
  understood<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#end(this.#broken(error))
    }
  }

  /** Ends the session: the server sent `what`, which is not SFTP. */
  fail(what: string): AppError {
    return this.#end(this.#broken(new SftpFormatError(what)))
  }

  /** Ends it; requests that wait reject with the reason, `cancelled` by default. */
  dispose(because = new AppError('cancelled', 'Closed')): void {
    this.#end(because)
  }

  #versionPacket(signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (error: AppError) => (settle(), reject(error))
      const abort = () => fail(new AppError('cancelled', 'Cancelled'))
      const late = new AppError('timed-out', `${this.#where} does not answer the request for files. Try again.`)
      const timer = setTimeout(() => fail(late), versionMs)
      const gone = this.onClosed(fail)
      const owned = toDisposable(() => {
        clearTimeout(timer)
        gone.dispose()
        signal.removeEventListener('abort', abort)
      })
      const settle = () => owned.dispose()
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort)
      this.#takeVersion = packet => (settle(), resolve(packet))
      this.#writes.push(new PacketWriter(packetType.init).u32(3).finish())
    })
  }

  #take(packet: Buffer): void {
    if (this.#takeVersion) {
      const take = this.#takeVersion
      this.#takeVersion = undefined
      return take(packet)
    }
    const { id, reply } = parseReply(packet)
    if (!this.#table.answer(id, reply)) throw new SftpFormatError('a reply that nobody asked for')
  }

  // What was opened for a request that was cancelled meanwhile.
  #closeUnwanted(reply: Reply): void {
    if (reply.kind !== 'handle') return
    this.forOk(id => new PacketWriter(packetType.close).u32(id).bytes(reply.handle)).catch(() => {})
  }

  /** The session ended by itself: before its greeting there never was one, and trying again changes nothing. */
  #gone(): AppError {
    if (!this.#before) return new AppError('lost', `${this.#where} closed the session for files. Try again.`)
    const text = this.#said()
    if (text !== '') return new AppError('server-refused', saidInstead(this.#where, text))
    return new AppError(
      'server-refused',
      `${this.#where} has no working SFTP: its SFTP server ended at once. Check “Subsystem sftp” in its sshd_config.`,
    )
  }

  /** Words in the place of the greeting; empty where they are none. */
  #said(): string {
    const text = this.#before?.toString('utf8') ?? ''
    // A greeting begins with its length, whose first byte is zero.
    return /^[\s\x20-\x7e\u00a0-\ufffc]{2}/.test(text) ? cleanLine(text, saidLetters) : ''
  }

  #broken(error: unknown): AppError {
    if (!(error instanceof SftpFormatError)) throw error
    const said = this.#said()
    if (said !== '') return new AppError('server-refused', saidInstead(this.#where, said), { cause: error })
    const text = `${this.#where} sent ${error.message}, which is not SFTP. Its files can’t be reached this way.`
    return new AppError('server-refused', text, { cause: error })
  }

  #end(error: AppError): AppError {
    if (this.#over) return error
    this.#over = true
    this.#table.fail(error)
    this.#channel.close()
    this.#closed.fire(error)
    this.#closed.dispose()
    this.#owned.dispose()
    return error
  }
}

const saidLetters = 200

function saidInstead(where: string, said: string): string {
  return `${where} did not start SFTP. It said instead: “${said}”. A command that it forces (ForceCommand), or a shell profile that prints something, may stand in the way.`
}
