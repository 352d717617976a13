import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { SubsystemWords } from '../ssh/connection.ts'
import { sftpRefused, withWords } from '../ssh/server-words.ts'
import { packetType, PacketWriter, SftpFormatError, statusCode, type Attributes, type PacketReader } from './codec.ts'
import { GatheredWrites } from './gathered-writes.ts'
import { PacketSplitter } from './packet-splitter.ts'
import { parseReply, parseVersion, type Reply } from './replies.ts'
import { RequestTable } from './request-table.ts'
import { SftpStatusError } from './sftp-status-error.ts'

/** The stream that carries SFTP: a subsystem's channel, or that of a server started by a command. */
export interface ByteChannel {
  write(data: Uint8Array): unknown
  on(event: 'data', listener: (data: Buffer) => void): unknown
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown
  close(): void
}

/** Builds the packet of a request with this ID. */
export type BuildPacket = (id: number) => PacketWriter | Buffer

export interface SftpWireParts {
  /** The name of the server, for messages. */
  readonly where: string
  readonly owned: Disposable
  /** The server's output besides SFTP; absent if it can't be read. */
  readonly words?: () => SubsystemWords
}

const versionMs = 15_000
const maxTextBytes = 4096
// Standard error and the exit code may arrive after the end of the output.
const finalOutputMs = 500
const noOutput: SubsystemWords = { errors: Buffer.alloc(0), code: null }

/**
 * Requests and replies over one channel, matched by ID. Each request is answered, rejected with `SftpStatusError`, or
 * rejected with an `AppError` when the server stops answering, sends data that isn't SFTP, or the channel closes.
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
  readonly #words: () => SubsystemWords
  /** Data from before the greeting; null once the greeting was read. */
  #before: Buffer | null = Buffer.alloc(0)
  #finalOutput: NodeJS.Timeout | undefined
  #over = false

  /** Takes ownership of the channel and `owned`. */
  constructor(channel: ByteChannel, { where, owned, words = () => noOutput }: SftpWireParts) {
    this.#channel = channel
    this.#words = words
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
      if (this.#before)
        this.#before = Buffer.concat([this.#before, data.subarray(0, maxTextBytes - this.#before.length)])
      // No greeting will arrive any more: the rest is text.
      if (this.#finalOutput) return
      try {
        splitter.push(data)
      } catch (error) {
        if (this.#isText) this.#hearOut(() => this.#broken(error))
        else this.#end(this.#broken(error))
      }
    })
    channel.on('end', () => (this.#before ? this.#hearOut(() => this.#gone()) : this.#end(this.#gone())))
    for (const event of ['close', 'error'] as const) channel.on(event, () => this.#end(this.#gone()))
  }

  /** The number of requests waiting for a reply. */
  get pending(): number {
    return this.#table.size
  }

  get isOpen(): boolean {
    return !this.#over
  }

  has(extension: string): boolean {
    return this.#extensions.has(extension)
  }

  /**
   * Sends the greeting and waits up to 15 s for the server's. Errors: `server-refused` if the server doesn't speak SFTP
   * 3, `timed-out`, `lost`, `cancelled`.
   */
  async greet(signal: AbortSignal): Promise<void> {
    const packet = await this.#versionPacket(signal)
    const { version, extensions } = this.understood(() => parseVersion(packet))
    if (version !== 3)
      throw new AppError('server-refused', `${this.#where} uses SFTP version ${version}. Hawser requires version 3.`)
    this.#extensions = extensions
    this.#before = null
  }

  /** Sends a request and resolves to whatever reply arrives. */
  async send(build: BuildPacket, signal?: AbortSignal): Promise<Reply> {
    if (signal?.aborted === true) throw cancelled()
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

  /** Returns the error for a reply other than the expected one; a reply of the wrong kind ends the session. */
  unexpected(reply: Reply): Error {
    if (reply.kind === 'status' && reply.code !== statusCode.ok) return new SftpStatusError(reply.code, reply.text)
    return this.fail(`an unexpected reply (${reply.kind})`)
  }

  /** Runs a parser of fields; malformed data ends the session. */
  understood<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#end(this.#broken(error))
    }
  }

  /** Ends the session because the server sent `what`, which is not SFTP. */
  fail(what: string): AppError {
    return this.#end(this.#broken(new SftpFormatError(what)))
  }

  /** Ends the session; pending requests are rejected with the reason, `cancelled` by default. */
  dispose(because = new AppError('cancelled', 'Closed')): void {
    this.#end(because)
  }

  #versionPacket(signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (error: AppError) => (settle(), reject(error))
      const abort = () => fail(cancelled())
      const late = () =>
        fail(
          new AppError(
            'timed-out',
            withWords(`${this.#where} did not answer the request to start SFTP.`, this.#output, 'Try again.'),
          ),
        )
      const timer = setTimeout(late, versionMs)
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
    if (!this.#table.answer(id, reply)) throw new SftpFormatError('a reply to no request')
  }

  // Closes a handle that was opened for a request cancelled in the meantime.
  #closeUnwanted(reply: Reply): void {
    if (reply.kind !== 'handle') return
    this.forOk(id => new PacketWriter(packetType.close).u32(id).bytes(reply.handle)).catch(() => {})
  }

  /** Waits for the remaining output of a server that never sent a greeting, then ends with the error. */
  #hearOut(error: () => AppError): void {
    this.#finalOutput ??= setTimeout(() => this.#end(error()), finalOutputMs)
  }

  /** The session closed by itself. If there was no greeting, trying again would not help. */
  #gone(): AppError {
    if (this.#before) return sftpRefused(this.#where, this.#output)
    return new AppError('lost', `${this.#where} closed the SFTP session. Try again.`)
  }

  /** True for text instead of the greeting, which starts with its length, whose first byte is zero. */
  get #isText(): boolean {
    if (!this.#before?.length || this.#before[0] === 0) return false
    const text = this.#before.toString('utf8').replace(/\0[^]*/, '')
    // Old locales print some bytes that are not valid UTF-8.
    return (text.match(/\ufffd/g)?.length ?? 0) * 2 < text.length
  }

  get #output() {
    return { output: this.#isText ? (this.#before as Buffer) : '', ...this.#words() }
  }

  #broken(error: unknown): AppError {
    if (!(error instanceof SftpFormatError)) throw error
    if (this.#isText) return sftpRefused(this.#where, this.#output, error)
    const text = `${this.#where} sent ${error.message}, which is not valid SFTP.`
    const next = 'Its files can’t be opened over SFTP.'
    return new AppError('server-refused', withWords(text, { output: '', ...this.#words() }, next), { cause: error })
  }

  #end(error: AppError): AppError {
    if (this.#over) return error
    this.#over = true
    clearTimeout(this.#finalOutput)
    this.#table.fail(error)
    this.#channel.close()
    this.#closed.fire(error)
    this.#closed.dispose()
    this.#owned.dispose()
    return error
  }
}
