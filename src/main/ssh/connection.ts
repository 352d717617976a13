import type { Client, ClientChannel } from 'ssh2'

import { cancelled } from '../../shared/base/abort.ts'
import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter, type Event } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { applyChannelRules } from './channel-rules.ts'
import type { CommandLine } from './command-line.ts'
import type { DialStep } from './dial-step.ts'
import { LinkWatch, type LinkState } from './link-watch.ts'
import { usualLimits, type LivenessLimits } from './liveness.ts'
import { NoPortNamed, RemoteListeners, type OnIncoming } from './remote-listeners.ts'
import type { SessionRoute } from './session-route.ts'
import { NoTerminal, ShellOpener, type ShellRequest } from './shell-opener.ts'
import {
  forwardRefused,
  listenRefused,
  sessionRefused,
  subsystemRefused,
  toSshError,
  type FailureContext,
} from './ssh-errors.ts'
import { countSessions } from './ssh2-internals.ts'

/** ssh2's channel for a shell, or for a connection forwarded through the server. */
export type Channel = ClientChannel

/** The channel of a session. */
export interface OpenedSession {
  readonly channel: Channel
  /** The connection that carries it; not the requested one if that had no sessions left. */
  readonly connection: Connection
}

/** The output of a subsystem besides its protocol, as far as received. */
export interface SubsystemWords {
  /** The first 4 KiB of its standard error. */
  readonly errors: Buffer
  /** Its exit code; null if none was received or a signal terminated it. */
  readonly code: number | null
}

/** The channel of a subsystem. */
export interface OpenedSubsystem extends OpenedSession {
  readonly words: () => SubsystemWords
}

/** The channel of a shell or command, with the events from before anyone could listen. */
export interface OpenedShell extends OpenedSession {
  readonly early: { exit?: readonly [code: number | null, signal: string | undefined]; closed?: boolean }
}

interface OpenRequest<T> {
  readonly signal: AbortSignal
  readonly request: (done: (error: Error | undefined, opened: T) => void) => unknown
  /** Releases a channel that opened after its caller stopped waiting. */
  readonly drop: (opened: T) => void
  readonly refused: (error: Error) => AppError
}

const openMs = 15_000
const maxWordBytes = 4096
// A shell takes a while to exit after its channel was closed.
const closeGraceMs = 3_000
// A server that disconnects this soon after it refused a channel does so because of the refusal.
const afterRefusalMs = 5_000

/** One live, authenticated SSH connection. Only the dialer creates it. */
export class Connection implements Disposable {
  readonly #closed = new Emitter<AppError | null>()
  /** Emitted once: with the reason if the connection was lost, null if it was closed on purpose. */
  readonly onClosed = this.#closed.event

  readonly #client: Client
  readonly #opener: ShellOpener
  readonly #listeners: RemoteListeners
  /** The name of the server, for messages. */
  readonly where: string
  /** The weak algorithms that were negotiated, by their SSH names. */
  readonly weak: readonly string[]
  /** The address of this computer that the connection uses; null behind a jump host or a proxy command. */
  readonly localAddress: string | null
  readonly #beforeClose: Disposable
  readonly #watch: LinkWatch
  readonly onLinkChanged: Event<LinkState>
  #lastError: unknown
  #route: SessionRoute<Connection> = open => open(this)
  #goneSessions: number[] = []
  #refusedForwardAt = -Infinity
  #endedByRefusal = false
  #over = false

  constructor(input: {
    client: Client
    where: string
    onBytes: (listener: () => void) => void
    /** The number of bytes in this process that are waiting to be sent. */
    unsent: () => number
    owned: Disposable
    limits?: LivenessLimits
    forwardsAgent?: boolean
    weak?: readonly string[]
    /** The address of this computer that the connection uses; null behind a jump host or a proxy command. */
    localAddress?: string | null
  }) {
    this.#client = input.client
    applyChannelRules(input.client, input.where, () => this.#goneSessions.push(performance.now()))
    this.#opener = new ShellOpener(input.client, input.forwardsAgent ?? false)
    this.#listeners = new RemoteListeners(input.client)
    this.where = input.where
    this.weak = input.weak ?? []
    this.localAddress = input.localAddress ?? null
    this.#beforeClose = input.owned
    this.#client.on('error', error => (this.#lastError = error))
    // The connection is unusable after its input ended, and behind a jump host no `close` may follow.
    const drop = () => this.#drop()
    this.#client.on('end', drop).on('close', drop)
    this.#watch = new LinkWatch({
      ...input,
      limits: input.limits ?? usualLimits,
      onLost: seconds => {
        this.#end(new AppError('lost', `${this.where} has not responded for ${seconds} seconds.`))
        this.#client.destroy()
      },
    })
    this.onLinkChanged = this.#watch.onChanged
  }

  get isClosed(): boolean {
    return this.#over
  }

  get link(): LinkState {
    return this.#watch.state
  }

  /** The number of open sessions (RFC 4254, 6.1) on this connection. */
  get sessions(): number {
    return countSessions(this.#client)
  }

  /** The same, including sessions that have just ended and that the server may not have released yet. */
  get sessionsOfLate(): number {
    this.#goneSessions = this.#goneSessions.filter(at => performance.now() - at < closeGraceMs)
    return this.sessions + this.#goneSessions.length
  }

  /** True if the server disconnected right after it refused a forwarded connection. */
  get endedByRefusal(): boolean {
    return this.#endedByRefusal
  }

  /** Makes `route` choose which connection of the same login opens a session. */
  routeSessions(route: SessionRoute<Connection>): void {
    this.#route = route
  }

  /**
   * Opens a shell in a terminal within 15 s, on another connection of the same login if this one has no sessions left.
   * With `onStep`, the user may be asked in order to open that connection. Errors: an AppError when the server refuses,
   * `cancelled` on abort.
   */
  shell(request: ShellRequest, signal: AbortSignal, onStep?: (step: DialStep) => void): Promise<OpenedShell> {
    return this.#route(on => on.#shell(request, signal), { signal, onStep })
  }

  /**
   * Opens a TCP connection from the server (direct-tcpip, RFC 4254, 7.2) within 15 s. Errors: the same as `shell()`.
   */
  connectFromServer(address: string, port: number, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.forwardOut('127.0.0.1', 0, address, port, done),
      drop: closeChannel,
      refused: error => this.#forwardRefused(error, `${address}:${port}`),
    })
  }

  /**
   * Opens a connection to a Unix socket on the server (direct-streamlocal@openssh.com). Errors: the same as `shell()`.
   */
  connectUnixFromServer(path: string, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.openssh_forwardOutStreamLocal(path, done),
      drop: closeChannel,
      refused: error => this.#forwardRefused(error, path),
    })
  }

  /**
   * Listens on the server (RFC 4254, 7.1) until disposed; resolves to the port, which the server chooses if it was 0.
   * Errors: the same as `shell()`, and `server-refused` when the server doesn't allow listening.
   */
  listenRemotely(
    at: { readonly address: string; readonly port: number },
    onIncoming: OnIncoming,
    signal: AbortSignal,
  ): Promise<{ readonly port: number } & Disposable> {
    return this.#open({
      signal,
      request: done => this.#listeners.listenTcp(at, onIncoming, done),
      drop: listener => listener.dispose(),
      refused: error =>
        error instanceof NoPortNamed ? error.forPeople(this.where) : listenRefused(`port ${at.port}`, this.where),
    })
  }

  /** The same for a Unix socket on the server. */
  listenRemoteUnix(path: string, onIncoming: OnIncoming, signal: AbortSignal): Promise<Disposable> {
    return this.#open({
      signal,
      request: done => this.#listeners.listenUnix(path, onIncoming, done),
      drop: listener => listener.dispose(),
      refused: () => listenRefused(path, this.where),
    })
  }

  /**
   * Opens a subsystem such as `sftp` (RFC 4254, 6.5) within 15 s, if necessary on another connection, like `shell()`.
   * Errors: the same as `shell()`.
   */
  subsystem(name: string, signal: AbortSignal): Promise<OpenedSubsystem> {
    return this.#route(on => on.#subsystem(name, signal), { signal })
  }

  /**
   * Runs a command without a terminal (RFC 4254, 6.5), if necessary on another connection, like `shell()`. The remote
   * login shell interprets the command line. Errors: the same as `shell()`.
   */
  exec(command: CommandLine, signal: AbortSignal): Promise<OpenedShell> {
    return this.#route(on => on.#exec(command, signal), { signal })
  }

  /** Notes that data was sent that requires a response, so that a dead connection is noticed soon after typing. */
  noteSent(): void {
    this.#watch.noteSent()
  }

  /** Checks at once whether the connection is alive, as `LinkWatch.checkNow`. */
  checkNow(options: { readonly mustAnswer: boolean }): void {
    this.#watch.checkNow(options)
  }

  /** While `waits` returns true, sent data still requires a response, as after `noteSent()`. */
  noteWaiting(waits: () => boolean): Disposable {
    return this.#watch.noteWaiting(waits)
  }

  dispose(): void {
    if (this.#over) return
    this.#end(null)
    this.#client.end()
    this.#client.destroy()
  }

  #shell(request: ShellRequest, signal: AbortSignal): Promise<OpenedShell> {
    return this.#open({
      signal,
      request: done => this.#opener.open(request, (error, channel) => done(error, this.#withEarlyEnd(channel))),
      drop: ({ channel }) => channel.close(),
      refused: error =>
        error instanceof NoTerminal ? error.forPeople(this.where) : sessionRefused(error, this.where, 'shell'),
    })
  }

  #exec(command: CommandLine, signal: AbortSignal): Promise<OpenedShell> {
    return this.#open({
      signal,
      request: done => this.#client.exec(command.text, (error, channel) => done(error, this.#withEarlyEnd(channel))),
      drop: ({ channel }) => channel.close(),
      refused: error => sessionRefused(error, this.where, 'command'),
    })
  }

  #subsystem(name: string, signal: AbortSignal): Promise<OpenedSubsystem> {
    return this.#open<OpenedSubsystem>({
      signal,
      request: done => this.#client.subsys(name, (error, channel) => done(error, this.#withWords(channel))),
      drop: ({ channel }) => channel.close(),
      refused: error => subsystemRefused(error, this.where),
    })
  }

  #withWords(channel: ClientChannel): OpenedSubsystem {
    let words: SubsystemWords = { errors: Buffer.alloc(0), code: null }
    // The channel is missing if the server refused it.
    if ((channel as unknown) !== undefined) {
      // Read to its end: unread data would use up the window of both outputs.
      channel.stderr.on('data', (data: Buffer) => {
        const { errors } = words
        if (errors.length < maxWordBytes)
          words = { ...words, errors: Buffer.concat([errors, data]).subarray(0, maxWordBytes) }
      })
      channel.once('exit', (code: number | null) => (words = { ...words, code }))
    }
    return { channel, connection: this, words: () => words }
  }

  #withEarlyEnd(channel: ClientChannel): OpenedShell {
    const early: OpenedShell['early'] = {}
    // The channel is missing if the server refused it.
    if ((channel as unknown) !== undefined) {
      // Events in the same read as the reply would be missed one turn later.
      channel.once('exit', (code: number | null, name?: string) => (early.exit = [code, name]))
      channel.once('close', () => (early.closed = true))
    }
    return { channel, connection: this, early }
  }

  #open<T>({ signal, request, drop, refused }: OpenRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new AppError('lost', `The connection to ${this.where} was closed.`))
      if (signal.aborted) return reject(cancelled())
      const settle = () => {
        clearTimeout(timer)
        stop.dispose()
        signal.removeEventListener('abort', abort)
      }
      const fail = (error: AppError) => {
        settle()
        gaveUp = true
        reject(error)
      }
      let gaveUp = false
      const abort = () => fail(cancelled())
      const late = () =>
        fail(new AppError('timed-out', `${this.where} did not answer a request to open a channel. Try again.`))
      const timer = setTimeout(late, openMs)
      const stop = this.onClosed(error => fail(error ?? new AppError('cancelled', 'Closed')))
      signal.addEventListener('abort', abort)
      try {
        request((error, opened) => {
          if (gaveUp) return error ? undefined : drop(opened)
          settle()
          if (error) reject(refused(error))
          else resolve(opened)
        })
      } catch (error) {
        // ssh2 throws if the socket is already half closed.
        fail(this.#error(new Error('', { cause: error })))
      }
    })
  }

  #forwardRefused(error: Error, where: string): AppError {
    this.#refusedForwardAt = performance.now()
    return forwardRefused(error, { where, via: this.where })
  }

  #drop(): void {
    this.#endedByRefusal = performance.now() - this.#refusedForwardAt < afterRefusalMs
    this.#end(this.#lossOf(this.#lastError ?? new Error('')))
    this.#client.destroy()
  }

  // ssh2 labels every key exchange a handshake; this one was a rekey.
  #lossOf(error: unknown): AppError {
    if (!(error instanceof Error) || (error as { level?: unknown }).level !== 'handshake') return this.#error(error)
    const text = cleanLine(error.message.replace(/ during handshake|^Handshake failed: /gi, ''), 200)
    return new AppError('lost', `The connection to ${this.where} was lost while rekeying (${text}).`, {
      cause: error,
    })
  }

  #error(error: unknown): AppError {
    const context: FailureContext = { where: this.where, stage: 'open' }
    return toSshError(error, context)
  }

  #end(error: AppError | null): void {
    if (this.#over) return
    this.#over = true
    this.#watch.dispose()
    this.#closed.fire(error)
    this.#closed.dispose()
    this.#beforeClose.dispose()
  }
}

function closeChannel(channel: ClientChannel): void {
  channel.close()
}
