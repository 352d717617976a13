import type { AppError } from '../../shared/base/errors.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { pause } from '../work/pause.ts'
import { isAway, retryDelay } from './retry.ts'

/** A lost connection, and what is to happen when its turn comes. */
export interface Lost {
  readonly error: AppError
  /** How long the connection had been up, in milliseconds; 0 for an attempt that failed. */
  readonly upMs: number
  /** Called once, when it is time to dial again. */
  readonly run: () => void
}

/**
 * The answer of a login's port: `there` if an SSH server answers at the first machine on the way to it, `back` if that
 * is the one that did not answer before.
 */
export type Probed = 'away' | 'there' | 'back'

/** Probes the port of a login; never throws. */
export type Probe = (signal: AbortSignal) => Promise<Probed>

/** A place in the queue, until disposed; `until` is when its turn comes, as milliseconds since the epoch. */
export interface Turn extends Disposable {
  readonly until: number
}

interface Queue {
  readonly members: Set<Lost>
  attempt: number
  until: number
  firedAt: number
  timer: NodeJS.Timeout | undefined
  probing: AbortController
}

// A connection shorter than this proves nothing, so the delays keep growing.
const provenMs = 10_000
const probeAfterMs = 3_000
// Together with the sign-in, the return of a host must be noticed within seconds.
const probeEveryMs = 2_000

/**
 * Decides when lost connections are dialed again, for everything that needs one: terminals, forwards, files, transfers.
 * Whatever waits for the same login has its turn at the same time, so that one dial and one question serve all of it.
 */
export class Redials implements Disposable {
  readonly #queues = new Map<string, Queue>()
  readonly #random: () => number

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** Waits for the next turn of a login: at once, then after 1, 2, 4, 8, 15, then every 30 s. */
  wait(login: string, lost: Lost, probe: Probe): Turn {
    const queue = this.#queueOf(login)
    if (lost.upMs > provenMs) queue.attempt = 0
    queue.members.add(lost)
    if (queue.timer === undefined) this.#start(queue, lost.error, probe)
    const leave = toDisposable(() => {
      queue.members.delete(lost)
      if (queue.members.size === 0) this.#stop(queue)
    })
    return { until: queue.until, dispose: () => leave.dispose() }
  }

  /** Lets everyone who waits for this login dial now, or everyone at all: after sleep, or on a network change. */
  now(login?: string): void {
    const chosen = login === undefined ? [...this.#queues.values()] : [this.#queueOf(login)]
    for (const queue of chosen) {
      const isWaiting = queue.timer !== undefined
      // Failures on another network don’t count on this one, nor does an attempt that the change has ended.
      if (login === undefined) queue.attempt = isWaiting ? 1 : 0
      if (isWaiting) this.#fire(queue)
    }
  }

  /** Dials sooner because someone is waiting. A server that answered but turned Hawser away is not asked more often. */
  hurry(login: string): void {
    const queue = this.#queueOf(login)
    const isFresh = Date.now() - queue.firedAt <= probeAfterMs
    if (!isFresh && [...queue.members].every(({ error }) => isAway(error))) this.now(login)
  }

  dispose(): void {
    for (const queue of this.#queues.values()) this.#stop(queue)
    this.#queues.clear()
  }

  #queueOf(login: string): Queue {
    const known = this.#queues.get(login)
    if (known) return known
    const queue: Queue = {
      members: new Set(),
      attempt: 0,
      until: 0,
      firedAt: 0,
      timer: undefined,
      probing: new AbortController(),
    }
    this.#queues.set(login, queue)
    return queue
  }

  #start(queue: Queue, error: AppError, probe: Probe): void {
    const delay = retryDelay(queue.attempt++, this.#random())
    queue.until = Date.now() + delay
    queue.timer = setTimeout(() => this.#fire(queue), delay)
    // While nothing answers at all, probing the port is harmless and detects the server's return at once.
    if (delay > probeAfterMs && isAway(error)) void this.#probe(queue, probe)
  }

  #stop(queue: Queue): void {
    clearTimeout(queue.timer)
    queue.timer = undefined
    queue.probing.abort()
    queue.probing = new AbortController()
  }

  #fire(queue: Queue): void {
    this.#stop(queue)
    queue.firedAt = Date.now()
    const members = [...queue.members]
    queue.members.clear()
    for (const { run } of members) run()
  }

  async #probe(queue: Queue, probe: Probe): Promise<void> {
    const { signal } = queue.probing
    const rest = (ms: number) => pause(ms, signal).catch(() => {})
    const startedAt = Date.now()
    let probed = await probe(signal)
    // A server that answers and then fails must not be dialed at once, over and over.
    if (probed === 'there') return
    if (probed === 'back') await rest(startedAt + probeEveryMs - Date.now())
    while (probed === 'away' && !signal.aborted) {
      await rest(probeEveryMs)
      if (!signal.aborted) probed = await probe(signal)
    }
    if (!signal.aborted) this.#fire(queue)
  }
}
