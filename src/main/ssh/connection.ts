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

/** A channel with a shell, or one through the far side: ssh2's own. */
export type Channel = ClientChannel

/** A session's channel. */
export interface OpenedSession {
  readonly channel: Channel
  /** The connection that carries it, which is another one where the first takes no more sessions. */
  readonly connection: Connection
}

/** What a subsystem said besides its protocol, as far as it has. */
export interface SubsystemWords {
  /** The first 4 KiB of its standard error. */
  readonly errors: Buffer
  /** Its exit code; null where none came, or a signal ended it. */
  readonly code: number | null
}

/** A subsystem's channel. */
export interface OpenedSubsystem extends OpenedSession {
  readonly words: () => SubsystemWords
}

/** A shell's or command's channel, with what ended it before anybody could listen. */
export interface OpenedShell extends OpenedSession {
  readonly early: { exit?: readonly [code: number | null, signal: string | undefined]; closed?: boolean }
}

interface OpenRequest<T> {
  readonly signal: AbortSignal
  readonly request: (done: (error: Error | undefined, opened: T) => void) => unknown
  /** Lets go of what came after nobody waited any more. */
  readonly drop: (opened: T) => void
  readonly refused: (error: Error) => AppError
}

const openMs = 15_000
const mostWords = 4096
// A shell that was closed takes a while to end.
const lateMs = 3_000
// A server that ends the connection so soon after it refused a channel does so because of it.
const afterRefusalMs = 5_000

/** One live, signed-in SSH connection. Made by the dialer only. */
export class Connection implements Disposable {
  readonly #closed = new Emitter<AppError | null>()
  /** Announced once: with the reason when it was lost, null when it was closed on purpose. */
  readonly onClosed = this.#closed.event

  readonly #client: Client
  readonly #opener: ShellOpener
  readonly #listeners: RemoteListeners
  /** What the connection leads to, for people. */
  readonly where: string
  /** The weak algorithms that were negotiated, by their SSH names. */
  readonly weak: readonly string[]
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
    /** How many bytes wait in this process to be sent. */
    unsent: () => number
    owned: Disposable
    limits?: LivenessLimits
    forwardsAgent?: boolean
    weak?: readonly string[]
  }) {
    this.#client = input.client
    applyChannelRules(input.client, input.where, () => this.#goneSessions.push(performance.now()))
    this.#opener = new ShellOpener(input.client, input.forwardsAgent ?? false)
    this.#listeners = new RemoteListeners(input.client)
    this.where = input.where
    this.weak = input.weak ?? []
    this.#beforeClose = input.owned
    this.#client.on('error', error => (this.#lastError = error))
    // After an end of data nothing works any more, and on the way through another host no close may follow it.
    const drop = () => this.#drop()
    this.#client.on('end', drop).on('close', drop)
    this.#watch = new LinkWatch({
      ...input,
      limits: input.limits ?? usualLimits,
      onLost: seconds => {
        this.#end(new AppError('lost', `${this.where} has not answered for ${seconds} seconds.`))
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

  /** How many sessions (RFC 4254, 6.1) are open on it. */
  get sessions(): number {
    return countSessions(this.#client)
  }

  /** The same with those that have just ended, which the server may not have let go of yet. */
  get sessionsOfLate(): number {
    this.#goneSessions = this.#goneSessions.filter(at => performance.now() - at < lateMs)
    return this.sessions + this.#goneSessions.length
  }

  /** True when the server ended it right after it had refused a forwarded connection. */
  get endedByRefusal(): boolean {
    return this.#endedByRefusal
  }

  /** From now on `route` decides which connection of the same login opens a session. */
  routeSessions(route: SessionRoute<Connection>): void {
    this.#route = route
  }

  /**
   * Opens a shell in a terminal within 15 s, on another connection of the same login where this one takes no more
   * sessions. With `onStep` a person may be asked for that. Throws an AppError when the server refuses, `cancelled` on abort.
   */
  shell(request: ShellRequest, signal: AbortSignal, onStep?: (step: DialStep) => void): Promise<OpenedShell> {
    return this.#route(on => on.#shell(request, signal), { signal, onStep })
  }

  /** Opens a TCP channel from the far side (direct-tcpip, RFC 4254, 7.2) within 15 s. Throws like `shell`. */
  connectFromThere(address: string, port: number, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.forwardOut('127.0.0.1', 0, address, port, done),
      drop: closeChannel,
      refused: error => this.#forwardRefused(error, `${address}:${port}`),
    })
  }

  /** Opens a channel to a Unix socket of the far side (direct-streamlocal@openssh.com). Throws like `shell`. */
  connectUnixFromThere(path: string, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.openssh_forwardOutStreamLocal(path, done),
      drop: closeChannel,
      refused: error => this.#forwardRefused(error, path),
    })
  }

  /**
   * Listens on the far side (RFC 4254, 7.1) until disposed; answers with the port, which the server chose when it was 0.
   * Throws like `shell`; `server-refused` when the server lets nobody listen there.
   */
  listenThere(
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

  /** The same on a Unix socket of the far side. */
  listenUnixThere(path: string, onIncoming: OnIncoming, signal: AbortSignal): Promise<Disposable> {
    return this.#open({
      signal,
      request: done => this.#listeners.listenUnix(path, onIncoming, done),
      drop: listener => listener.dispose(),
      refused: () => listenRefused(path, this.where),
    })
  }

  /** Opens a subsystem such as `sftp` (RFC 4254, 6.5) within 15 s, on another connection like `shell`. Throws like it. */
  subsystem(name: string, signal: AbortSignal): Promise<OpenedSubsystem> {
    return this.#route(on => on.#subsystem(name, signal), { signal })
  }

  /**
   * Runs a command without a terminal (RFC 4254, 6.5), on another connection like `shell`. Throws like it. The command
   * line is the far shell's to read.
   */
  exec(command: CommandLine, signal: AbortSignal): Promise<OpenedShell> {
    return this.#route(on => on.#exec(command, signal), { signal })
  }

  /** Tell it of bytes that want an answer, so that a dead link shows soon after typing. */
  noteSent(): void {
    this.#watch.noteSent()
  }

  /** After sleep or a change of network: finds out at once whether the link still lives. */
  checkNow(): void {
    this.#watch.checkNow()
  }

  /** While `waits` answers true, something was sent that wants an answer, as after `noteSent`. */
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
    // There is none when the server refused it.
    if ((channel as unknown) !== undefined) {
      // Read to its end: what nobody reads would use up the window of both outputs.
      channel.stderr.on('data', (data: Buffer) => {
        const { errors } = words
        if (errors.length < mostWords)
          words = { ...words, errors: Buffer.concat([errors, data]).subarray(0, mostWords) }
      })
      channel.once('exit', (code: number | null) => (words = { ...words, code }))
    }
    return { channel, connection: this, words: () => words }
  }

  #withEarlyEnd(channel: ClientChannel): OpenedShell {
    const early: OpenedShell['early'] = {}
    // There is none when the server refused it.
    if ((channel as unknown) !== undefined) {
      // What comes in the same read as the reply would be gone a turn later.
      channel.once('exit', (code: number | null, name?: string) => (early.exit = [code, name]))
      channel.once('close', () => (early.closed = true))
    }
    return { channel, connection: this, early }
  }

  #open<T>({ signal, request, drop, refused }: OpenRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new AppError('lost', `The connection to ${this.where} is closed.`))
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
        fail(new AppError('timed-out', `${this.where} did not answer the request for a channel. Try again.`))
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
        // ssh2 throws when the socket is already half closed.
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

  // ssh2 calls every key exchange the handshake; this one was in the middle of work.
  #lossOf(error: unknown): AppError {
    if (!(error instanceof Error) || (error as { level?: unknown }).level !== 'handshake') return this.#error(error)
    const text = cleanLine(error.message.replace(/ during handshake|^Handshake failed: /gi, ''), 200)
    return new AppError('lost', `The connection to ${this.where} was lost while its keys were changed (${text}).`, {
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
