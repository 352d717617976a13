import type { Client, ClientChannel } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { CommandLine } from './command-line.ts'
import { alive, judgeLiveness, probed, sent, usualLimits, type Liveness, type LivenessLimits } from './liveness.ts'
import { RemoteListeners, type OnIncoming } from './remote-listeners.ts'
import { ShellOpener, type ShellRequest } from './shell-opener.ts'
import {
  forwardRefused,
  listenRefused,
  shellRefused,
  subsystemRefused,
  toSshError,
  type FailureContext,
} from './ssh-errors.ts'

/** A channel with a shell, or one through the far side: ssh2's own. */
export type Channel = ClientChannel

/** A shell's or command's channel, with what ended it before anybody could listen. */
export interface OpenedShell {
  readonly channel: Channel
  readonly early: { exit?: readonly [code: number | null, signal: string | undefined]; closed?: boolean }
}

interface OpenRequest<T> {
  readonly signal: AbortSignal
  readonly request: (done: (error: Error | undefined, opened: T) => void) => unknown
  /** Lets go of what came after nobody waited any more. */
  readonly drop: (opened: T) => void
  readonly refused: (error: Error) => AppError
}

/** How the link is: `ready` with the last round trip, or `stalled` for so many seconds. */
export type LinkState =
  { readonly kind: 'ready'; readonly latencyMs: number | null } | { readonly kind: 'stalled'; readonly seconds: number }

// ssh2 keeps these to itself; nothing else of its inside is touched, and only here.
interface Inside {
  readonly _protocol: { ping(): void } | undefined
  readonly _callbacks: ((failed: unknown) => void)[]
}

const tickMs = 1_000
const secondProbeMs = 5_000
const openMs = 15_000

/** One live, signed-in SSH connection. Made by the dialer only. */
export class Connection implements Disposable {
  readonly #closed = new Emitter<AppError | null>()
  /** Announced once: with the reason when it was lost, null when it was closed on purpose. */
  readonly onClosed = this.#closed.event
  readonly #link = new Emitter<LinkState>()
  readonly onLinkChanged = this.#link.event

  readonly #client: Client
  readonly #opener: ShellOpener
  readonly #listeners: RemoteListeners
  /** What the connection leads to, for people. */
  readonly where: string
  readonly #ticker: NodeJS.Timeout
  readonly #beforeClose: Disposable
  readonly #limits: LivenessLimits
  #liveness: Liveness = alive(Date.now())
  #state: LinkState = { kind: 'ready', latencyMs: null }
  #lastError: unknown
  #heardSinceProbe = 0
  #muteProbes = false
  readonly #pings = new Set<() => void>()
  #over = false

  constructor(input: {
    client: Client
    where: string
    onBytes: (listener: () => void) => void
    owned: Disposable
    limits?: LivenessLimits
    forwardsAgent?: boolean
  }) {
    this.#client = input.client
    this.#limits = input.limits ?? usualLimits
    this.#opener = new ShellOpener(input.client, input.forwardsAgent ?? false)
    this.#listeners = new RemoteListeners(input.client)
    this.where = input.where
    this.#beforeClose = input.owned
    input.onBytes(() => this.#heard())
    this.#client.on('error', error => (this.#lastError = error))
    this.#client.on('close', () => this.#end(this.#error(this.#lastError ?? new Error(''))))
    this.#ticker = setInterval(() => this.#tick(), tickMs)
    this.#ticker.unref()
    this.#probe()
  }

  get isClosed(): boolean {
    return this.#over
  }

  get link(): LinkState {
    return this.#state
  }

  /** Opens a shell in a terminal within 15 s. Throws an AppError when the server refuses, `cancelled` on abort. */
  shell(request: ShellRequest, signal: AbortSignal): Promise<OpenedShell> {
    return this.#open({
      signal,
      request: done => this.#opener.open(request, (error, channel) => done(error, withEarlyEnd(channel))),
      drop: ({ channel }) => channel.close(),
      refused: error => shellRefused(error, this.where),
    })
  }

  /** Opens a TCP channel from the far side (direct-tcpip, RFC 4254, 7.2) within 15 s. Throws like `shell`. */
  connectFromThere(address: string, port: number, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.forwardOut('127.0.0.1', 0, address, port, done),
      drop: closeChannel,
      refused: error => forwardRefused(error, { where: `${address}:${port}`, via: this.where }),
    })
  }

  /** Opens a channel to a Unix socket of the far side (direct-streamlocal@openssh.com). Throws like `shell`. */
  connectUnixFromThere(path: string, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.openssh_forwardOutStreamLocal(path, done),
      drop: closeChannel,
      refused: error => forwardRefused(error, { where: path, via: this.where }),
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
      refused: () => listenRefused(`port ${at.port}`, this.where),
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

  /** Opens a subsystem such as `sftp` (RFC 4254, 6.5) within 15 s. Throws like `shell`. */
  subsystem(name: string, signal: AbortSignal): Promise<Channel> {
    return this.#open({
      signal,
      request: done => this.#client.subsys(name, done),
      drop: closeChannel,
      refused: error => subsystemRefused(error, this.where),
    })
  }

  /** Runs a command without a terminal (RFC 4254, 6.5). Throws like `shell`. The command line is the far shell's to read. */
  exec(command: CommandLine, signal: AbortSignal): Promise<OpenedShell> {
    return this.#open({
      signal,
      request: done => this.#client.exec(command.text, (error, channel) => done(error, withEarlyEnd(channel))),
      drop: ({ channel }) => channel.close(),
      refused: error => shellRefused(error, this.where),
    })
  }

  /** Tell it of bytes that want an answer, so that a dead link shows soon after typing. */
  noteSent(): void {
    this.#liveness = sent(this.#liveness, Date.now())
  }

  /** After sleep or a change of network: finds out at once whether the link still lives. */
  checkNow(): void {
    // What was asked before the machine slept had no time to be answered.
    this.#liveness = alive(Date.now())
    this.#probe()
  }

  dispose(): void {
    if (this.#over) return
    this.#end(null)
    this.#client.end()
    this.#client.destroy()
  }

  #open<T>({ signal, request, drop, refused }: OpenRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new AppError('lost', `The connection to ${this.where} is closed.`))
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
      const abort = () => fail(new AppError('cancelled', 'Cancelled'))
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

  #error(error: unknown): AppError {
    const context: FailureContext = { where: this.where, stage: 'open' }
    return toSshError(error, context)
  }

  #heard(): void {
    this.#heardSinceProbe++
    this.#liveness = alive(Date.now())
    if (this.#state.kind === 'stalled') this.#setState({ kind: 'ready', latencyMs: null })
  }

  #tick(): void {
    const verdict = judgeLiveness(this.#liveness, Date.now(), this.#limits)
    if (verdict.kind === 'probe') this.#probe()
    if (verdict.kind === 'stalled') this.#setState(verdict)
    if (verdict.kind === 'lost') {
      this.#end(new AppError('lost', `${this.where} has not answered for ${verdict.seconds} seconds.`))
      this.#client.destroy()
    }
  }

  #probe(): void {
    const startedAt = performance.now()
    this.#liveness = probed(this.#liveness, Date.now())
    this.#heardSinceProbe = 0
    if (this.#muteProbes) return this.#probeByChannel()
    const inside = this.#client as unknown as Inside
    // keepalive@openssh.com wants a reply, also a refusal; some servers never give one and need another question.
    const silent = setTimeout(() => {
      if (this.#heardSinceProbe === 0 && !this.#over) this.#probeByChannel(() => this.#giveUpPings())
    }, secondProbeMs)
    silent.unref()
    const answered = () => {
      clearTimeout(silent)
      this.#pings.delete(answered)
      if (!this.#over) this.#setState({ kind: 'ready', latencyMs: Math.round(performance.now() - startedAt) })
    }
    this.#pings.add(answered)
    inside._callbacks.push(answered)
    inside._protocol?.ping()
  }

  /** The server never answers them: what waits for such an answer would take that of another request. */
  #giveUpPings(): void {
    this.#muteProbes = true
    const { _callbacks: callbacks } = this.#client as unknown as Inside
    for (const ping of this.#pings) {
      const at = callbacks.indexOf(ping)
      if (at >= 0) callbacks.splice(at, 1)
    }
    this.#pings.clear()
  }

  // Port 0 can't be connected to: the refusal is the answer.
  #probeByChannel(onAnswer?: () => void): void {
    try {
      this.#client.forwardOut('127.0.0.1', 0, '127.0.0.1', 0, (_error, channel) => {
        ;(channel as ClientChannel | undefined)?.close()
        onAnswer?.()
      })
    } catch {
      // The socket is half closed: its close follows.
    }
  }

  #setState(state: LinkState): void {
    this.#state = state
    this.#link.fire(state)
  }

  #end(error: AppError | null): void {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#ticker)
    this.#closed.fire(error)
    this.#closed.dispose()
    this.#link.dispose()
    this.#beforeClose.dispose()
  }
}

function closeChannel(channel: ClientChannel): void {
  channel.close()
}

/** What comes in the same read as the reply would be gone a turn later. */
function withEarlyEnd(channel: ClientChannel): OpenedShell {
  const early: OpenedShell['early'] = {}
  // There is none when the server refused it.
  if ((channel as unknown) === undefined) return { channel, early }
  channel.once('exit', (code: number | null, name?: string) => (early.exit = [code, name]))
  channel.once('close', () => (early.closed = true))
  return { channel, early }
}
