import type { Client, ClientChannel } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { alive, judgeLiveness, probed, sent, type Liveness } from './liveness.ts'
import { toSshError, type FailureContext } from './ssh-errors.ts'

/** A channel with a shell, or one through the far side: ssh2's own. */
export type Channel = ClientChannel

/** How the link is: `ready` with the last round trip, or `stalled` for so many seconds. */
export type LinkState =
  { readonly kind: 'ready'; readonly latencyMs: number | null } | { readonly kind: 'stalled'; readonly seconds: number }

export interface ShellRequest {
  readonly size: TerminalSize
  readonly term: string
  readonly env: Readonly<Record<string, string>>
}

// ssh2 keeps these to itself; nothing else of its inside is touched, and only here.
interface Inside {
  readonly _protocol: { ping(): void } | undefined
  readonly _callbacks: ((failed: unknown) => void)[]
}

const tickMs = 1_000
const secondProbeMs = 5_000

/** One live, signed-in SSH connection. Made by the dialer only. */
export class Connection implements Disposable {
  readonly #closed = new Emitter<AppError | null>()
  /** Announced once: with the reason when it was lost, null when it was closed on purpose. */
  readonly onClosed = this.#closed.event
  readonly #link = new Emitter<LinkState>()
  readonly onLinkChanged = this.#link.event

  readonly #client: Client
  /** What the connection leads to, for people. */
  readonly where: string
  readonly #ticker: NodeJS.Timeout
  readonly #beforeClose: Disposable
  #liveness: Liveness = alive(Date.now())
  #state: LinkState = { kind: 'ready', latencyMs: null }
  #lastError: unknown
  #heardSinceProbe = 0
  #muteProbes = false
  #over = false

  constructor(input: { client: Client; where: string; onBytes: (listener: () => void) => void; owned: Disposable }) {
    this.#client = input.client
    this.where = input.where
    this.#beforeClose = input.owned
    input.onBytes(() => this.#heard())
    this.#client.on('error', error => (this.#lastError = error))
    this.#client.on('close', () => this.#end(this.#error(this.#lastError ?? new Error(''))))
    this.#ticker = setInterval(() => this.#tick(), tickMs)
    this.#ticker.unref()
    this.#probe()
  }

  get link(): LinkState {
    return this.#state
  }

  /** Opens a shell in a terminal. Throws an AppError when the server refuses. */
  shell({ size, term, env }: ShellRequest): Promise<Channel> {
    const options = { term, cols: size.cols, rows: size.rows, width: 0, height: 0 }
    return this.#open(done => this.#client.shell(options, { env: { ...env } }, done))
  }

  /** Opens a TCP channel from the far side (direct-tcpip, RFC 4254, 7.2). Throws an AppError when the server refuses. */
  connectFromThere(address: string, port: number): Promise<Channel> {
    return this.#open(done => this.#client.forwardOut('127.0.0.1', 0, address, port, done))
  }

  /** Tell it of bytes that want an answer, so that a dead link shows soon after typing. */
  noteSent(): void {
    this.#liveness = sent(this.#liveness, Date.now())
  }

  /** After sleep or a change of network: finds out at once whether the link still lives. */
  checkNow(): void {
    if (this.#liveness.probeSentAt === null) this.#probe()
  }

  dispose(): void {
    if (this.#over) return
    this.#end(null)
    this.#client.end()
    this.#client.destroy()
  }

  #open(
    request: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
  ): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new AppError('lost', `The connection to ${this.where} is closed.`))
      const stop = this.onClosed(error => reject(error ?? new AppError('cancelled', 'Closed')))
      request((error, channel) => {
        stop.dispose()
        if (!error) resolve(channel)
        else reject(this.#refusal(error))
      })
    })
  }

  #refusal(error: Error): AppError {
    const reason = (error as { reason?: number | string }).reason
    if (reason === 4 || /resource shortage|open failed/i.test(error.message)) {
      return new AppError(
        'server-refused',
        `${this.where} refused another session (${error.message}). It may allow no more of them.`,
        { cause: error },
      )
    }
    return this.#error(error)
  }

  #error(error: unknown): AppError {
    const context: FailureContext = { where: this.where, head: '', stage: 'open' }
    return toSshError(error, context)
  }

  #heard(): void {
    this.#heardSinceProbe++
    this.#liveness = alive(Date.now())
    if (this.#state.kind === 'stalled') this.#setState({ kind: 'ready', latencyMs: null })
  }

  #tick(): void {
    const verdict = judgeLiveness(this.#liveness, Date.now())
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
      if (this.#heardSinceProbe === 0 && !this.#over) this.#probeByChannel(() => (this.#muteProbes = true))
    }, secondProbeMs)
    silent.unref()
    inside._callbacks.push(() => {
      clearTimeout(silent)
      if (!this.#over) this.#setState({ kind: 'ready', latencyMs: Math.round(performance.now() - startedAt) })
    })
    inside._protocol?.ping()
  }

  // Port 0 can't be connected to: the refusal is the answer.
  #probeByChannel(onAnswer?: () => void): void {
    this.#client.forwardOut('127.0.0.1', 0, '127.0.0.1', 0, (_error, channel) => {
      ;(channel as ClientChannel | undefined)?.close()
      onAnswer?.()
    })
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
