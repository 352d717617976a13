import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'

import { AppError, toWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Endpoint, Forward, ForwardSnapshot, ForwardState } from '../../shared/contract/forwards.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import { Asker } from '../prompts/asker.ts'
import type { Connection } from '../ssh/connection.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import { judgeFailure } from '../ssh/retry.ts'
import { resetSocket } from './join-streams.ts'
import { listenAtFirst, listenLocally, type LocalListener } from './local-listener.ts'
import { listenChoices, rangePort, type OwnPlace } from './own-address.ts'
import { cancelled } from '../../shared/base/abort.ts'
import { startRemoteForward, carry, type Carrying } from './routes.ts'
import { Traffic } from './traffic.ts'

/** The use of a shared connection, which may outlive it. */
export interface ForwardLease extends Disposable {
  readonly connection: Connection
}

/** A runner's state of its forward. */
export type RunnerSnapshot = Omit<ForwardSnapshot, 'configLine' | 'ownAddress'>

export interface RunnerParts {
  readonly lease: (options: {
    readonly quiet: boolean
    readonly asker: Asker
    readonly onStep: (step: DialStep) => void
    readonly signal: AbortSignal
  }) => Promise<ForwardLease>
  /** The local address reserved for its host; absent if there is none. */
  readonly place?: OwnPlace
  /** Waits until the lost connection is to be dialed again. */
  readonly redial: (lost: Lost) => Turn
  /** Lets that be sooner, because someone is waiting. */
  readonly hurry: () => void
  readonly onChanged: () => void
  /** Called when the server refused a connection through the forward: its destination may have moved. */
  readonly onRefused: () => void
  readonly reportBug: (where: string, error: unknown) => void
}

const waitForLinkMs = 10_000

/**
 * One forward that runs until it is stopped: it listens, holds its connection, and reconnects when that is lost. The
 * listener stays open meanwhile, so that a browser's next attempt just works.
 */
export class ForwardRunner implements Disposable {
  readonly #parts: RunnerParts
  readonly #traffic = new Traffic()
  readonly #abort = new AbortController()
  #forward: Forward
  #state: ForwardState = { kind: 'starting', step: 'Starting' }
  #listener: LocalListener | undefined
  #shared: LocalListener | undefined
  #listening: Endpoint | null = null
  #lease: ForwardLease | undefined
  #remoteListener: Disposable | undefined
  #lostListener: Disposable | undefined
  #connecting = false
  #asker = new Asker('background')
  #turn: Turn | undefined
  #lastError: ForwardSnapshot['lastError'] = null
  #waiting = new Set<() => void>()
  #wasUp = false
  readonly #sockets = new Set<Socket>()

  constructor(forward: Forward, parts: RunnerParts) {
    this.#forward = forward
    this.#parts = parts
    // Every connection being opened listens to it.
    setMaxListeners(0, this.#abort.signal)
  }

  get forward(): Forward {
    return this.#forward
  }

  get state(): ForwardState {
    return this.#state
  }

  /** The actual listening address, once listening. */
  get listening(): Endpoint | null {
    return this.#listening
  }

  /** The address of its page for a browser, once listening. */
  get pageAt(): Endpoint | null {
    return this.#shared?.page ?? this.#listener?.page ?? null
  }

  /** Aborted once it is stopped. */
  get ended(): AbortSignal {
    return this.#abort.signal
  }

  /**
   * Also listens on `localhost`, on a port of Hawser's own range unless it already does, for a service that accepts no
   * other name; its page then moves there. Errors: the same as `listenLocally`.
   */
  async shareLocalhost(): Promise<void> {
    if (this.#listening?.kind !== 'tcp' || this.#shared) return
    const { at: listening } = this.#listener ?? {}
    if (listening?.kind === 'tcp' && /^(localhost|\*|0\.0\.0\.0)$/.test(listening.address)) {
      this.#shared = { at: listening, page: { ...listening, address: 'localhost' }, dispose: () => {} }
      return
    }
    const port = rangePort(this.#listening.port)
    const at: Endpoint = { kind: 'tcp', address: 'localhost', port }
    const shared = await listenLocally(at, { freePort: true, onConnection: socket => void this.#take(socket) })
    if (this.#abort.signal.aborted || this.#shared) return shared.dispose()
    this.#shared = shared
  }

  snapshot(now: number): RunnerSnapshot {
    return {
      forward: this.#forward,
      state: this.#state,
      listening: this.#listening,
      counters: this.#traffic.counters(now),
      lastError: this.#lastError,
    }
  }

  /** Listens, then connects; `quiet` asks nothing. Never throws: failures are in the state. */
  async start(quiet: boolean): Promise<void> {
    try {
      if (this.#forward.kind !== 'remote') {
        this.#listener = await listenAtFirst(listenChoices(this.#forward, this.#parts.place ?? null), {
          freePort: this.#forward.freePort,
          onConnection: socket => void this.#take(socket),
        })
        if (this.#abort.signal.aborted) return this.#listener.dispose()
        this.#listening = this.#listener.at
      }
      await this.#connect(quiet)
    } catch (error) {
      this.#fail(error)
    }
  }

  /**
   * Retries at once if it is waiting; `ask` means that the user requested it and may be asked, which opens a waiting
   * question.
   */
  retryNow(ask: boolean): void {
    if (ask) this.#asker.raise()
    if (this.#connecting || this.#abort.signal.aborted) return
    if (this.#state.kind === 'waiting' || (ask && this.#state.kind === 'needs-you')) void this.#connect(!ask)
  }

  /** Sends new connections to another remote port from now on. */
  retarget(to: Endpoint): void {
    this.#forward = { ...this.#forward, to }
    this.#lastError = null
    this.#parts.onChanged()
  }

  /**
   * Resolves to true once it is up, false after `timeoutMs` or if it can't come up by itself. Errors: `cancelled` when
   * `signal` aborts.
   */
  async whenUp(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const until = Date.now() + timeoutMs
    while (!this.#abort.signal.aborted && Date.now() < until) {
      if (signal?.aborted === true) throw cancelled()
      if (this.#state.kind === 'up') return true
      if (this.#state.kind === 'failed') return false
      if (this.#state.kind === 'needs-you' && this.#state.error !== null) return false
      await this.#nextChange(until - Date.now(), signal)
    }
    return this.#isUp()
  }

  dispose(): void {
    if (this.#abort.signal.aborted) return
    this.#abort.abort()
    this.#turn?.dispose()
    this.#letGo()
    this.#listener?.dispose()
    this.#shared?.dispose()
    for (const socket of this.#sockets) socket.destroy()
    this.#wake()
  }

  async #connect(quiet: boolean, by: AskedBy = quiet ? 'background' : 'person'): Promise<void> {
    if (this.#connecting) return
    this.#connecting = true
    this.#asker = new Asker(by)
    this.#turn?.dispose()
    const { signal } = this.#abort
    let stage: 'connect' | 'listen' = 'connect'
    try {
      this.#setState({ kind: 'starting', step: 'Connecting' })
      const onStep = (step: DialStep) =>
        this.#setState(
          step.kind === 'asking' ? { kind: 'needs-you', error: null } : { kind: 'starting', step: step.step },
        )
      this.#lease = await this.#parts.lease({ quiet, asker: this.#asker, onStep, signal })
      if (signal.aborted) return this.#letGo()
      const { connection } = this.#lease
      if (connection.isClosed) throw new AppError('lost', 'The connection was lost immediately.')
      this.#lostListener = connection.onClosed(error => this.#lose(error))
      stage = 'listen'
      if (this.#forward.kind === 'remote') await this.#listenRemote(connection)
      this.#wasUp = true
      this.#setState({ kind: 'up', since: Date.now() })
    } catch (error) {
      this.#letGo()
      this.#connecting = false
      if (!signal.aborted) await this.#judge(error, { quiet, stage })
      return
    }
    this.#connecting = false
  }

  async #listenRemote(connection: Connection): Promise<void> {
    const found = await startRemoteForward(connection, this.#forward, {
      ...this.#carrying(),
      signal: this.#abort.signal,
    })
    this.#remoteListener = found
    this.#listening = found.at
  }

  async #judge(
    error: unknown,
    { quiet, stage }: { readonly quiet: boolean; readonly stage: 'connect' | 'listen' },
  ): Promise<void> {
    if (!(error instanceof AppError)) return this.#fail(error)
    const verdict = judgeFailure(error.code, stage)
    // Questions that can't be answered in the background are shown to the user once, and wait.
    if (verdict === 'ask' && quiet) return this.#connect(false, this.#asker.by)
    // The server releases a port held by the lost connection after a while.
    if (verdict === 'retry' || (verdict === 'failed' && stage === 'listen' && this.#wasUp)) return this.#wait(error, 0)
    this.#setState(
      verdict === 'failed'
        ? { kind: 'failed', error: toWireError(error) }
        : { kind: 'needs-you', error: toWireError(error) },
    )
  }

  #fail(error: unknown): void {
    if (this.#abort.signal.aborted) return
    if (!(error instanceof AppError)) this.#parts.reportBug('forward', error)
    this.#setState({ kind: 'failed', error: toWireError(error) })
  }

  #lose(error: AppError | null): void {
    if (this.#abort.signal.aborted) return
    const upMs = this.#state.kind === 'up' ? Date.now() - this.#state.since : 0
    this.#letGo()
    this.#wait(error ?? new AppError('lost', 'The connection was closed.'), upMs)
  }

  #wait(error: AppError, upMs: number): void {
    this.#turn?.dispose()
    this.#turn = this.#parts.redial({ error, upMs, run: () => void this.#connect(true) })
    this.#setState({ kind: 'waiting', error: toWireError(error), until: this.#turn.until })
  }

  #letGo(): void {
    this.#lostListener?.dispose()
    this.#remoteListener?.dispose()
    this.#lease?.dispose()
    if (this.#remoteListener) this.#listening = null
    this.#lostListener = this.#remoteListener = this.#lease = undefined
  }

  #carrying(): Carrying {
    return {
      traffic: this.#traffic,
      signal: this.#abort.signal,
      onRefused: error => {
        this.#lastError = { message: error.message, at: Date.now() }
        this.#parts.onChanged()
        if (error.code === 'refused') this.#parts.onRefused()
      },
    }
  }

  /** Handles an incoming local connection: it waits for the SSH connection if that is lost. */
  async #take(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (!this.#isUp()) {
      if (this.#state.kind === 'waiting') this.#parts.hurry()
      if (!(await this.whenUp(waitForLinkMs))) return resetSocket(socket)
    }
    const connection = this.#lease?.connection
    if (!connection || socket.destroyed) return resetSocket(socket)
    await carry(socket, connection, { ...this.#carrying(), forward: this.#forward })
  }

  #isUp(): boolean {
    return this.#state.kind === 'up'
  }

  #nextChange(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(done, timeoutMs)
      const waiting = this.#waiting
      function done() {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        waiting.delete(done)
        resolve()
      }
      signal?.addEventListener('abort', done)
      waiting.add(done)
    })
  }

  #setState(state: ForwardState): void {
    if (this.#abort.signal.aborted) return
    this.#state = state
    this.#wake()
    this.#parts.onChanged()
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
