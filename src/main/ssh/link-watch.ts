import type { Client, ClientChannel } from 'ssh2'

import { Emitter } from '../../shared/base/event.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { alive, judgeLiveness, probed, sent, type Liveness, type LivenessLimits } from './liveness.ts'
import { forgetPings, ping } from './ssh2-internals.ts'

/** The state of the connection: `ready` with the last round-trip time, or `stalled` for a number of seconds. */
export type LinkState =
  { readonly kind: 'ready'; readonly latencyMs: number | null } | { readonly kind: 'stalled'; readonly seconds: number }

export interface LinkWatchParts {
  readonly client: Client
  readonly limits: LivenessLimits
  /** Subscribes to incoming bytes. */
  readonly onBytes: (listener: () => void) => void
  /** The number of bytes in this process that are waiting to be sent. */
  readonly unsent: () => number
  /** Called when the server has not answered for this many seconds. */
  readonly onLost: (seconds: number) => void
}

const tickMs = 1_000
// Later than any tick of a busy process: the computer slept, or Hawser alone was stopped.
const stoppedMs = 5_000
// Before a stall is reported: a server that only ignores the first kind of probe has not stalled.
const secondProbeMs = 2_500
// After sleep, waiting for TCP to give up can take many minutes.
const answerMs = 5_000
const stillArrivingMs = 2_500

/** Monitors whether the server still answers, and probes it when it is silent. */
export class LinkWatch implements Disposable {
  readonly #changed = new Emitter<LinkState>()
  readonly onChanged = this.#changed.event
  readonly #parts: LinkWatchParts
  readonly #ticker: NodeJS.Timeout
  readonly #waiting = new Set<() => boolean>()
  readonly #pings = new Set<() => void>()
  #liveness: Liveness = alive(Date.now())
  #state: LinkState = { kind: 'ready', latencyMs: null }
  #heardSinceProbe = 0
  #muteProbes = false
  #pingsWork = false
  #mustAnswerBy: number | undefined
  #checkedAt = 0
  #unsent = 0
  #tickedAt = Date.now()
  #over = false

  constructor(parts: LinkWatchParts) {
    this.#parts = parts
    parts.onBytes(() => this.#heard())
    this.#ticker = setInterval(() => this.#tick(), tickMs)
    this.#ticker.unref()
    this.#probe()
  }

  get state(): LinkState {
    return this.#state
  }

  /** Notes that data was sent that requires a response. */
  noteSent(): void {
    this.#liveness = sent(this.#liveness, Date.now())
  }

  /** While `waits` returns true, sent data still requires a response. */
  noteWaiting(waits: () => boolean): Disposable {
    this.#waiting.add(waits)
    return toDisposable(() => this.#waiting.delete(waits))
  }

  /**
   * Checks at once whether the connection is alive, for example after sleep or a network change. If it `mustAnswer`, it
   * counts as lost after 5 s of silence; 5 s later for a server that may not answer the first kind of probe.
   */
  checkNow({ mustAnswer }: { readonly mustAnswer: boolean }): void {
    // A probe from before the machine slept had no time to be answered.
    this.#liveness = alive(Date.now())
    this.#checkedAt = performance.now()
    if (mustAnswer) this.#mustAnswerBy ??= Date.now() + answerMs + (this.#pingsWork ? 0 : secondProbeMs)
    this.#probe()
  }

  dispose(): void {
    this.#over = true
    clearInterval(this.#ticker)
    this.#changed.dispose()
  }

  #heard(): void {
    if (this.#over) return
    this.#heardSinceProbe++
    this.#liveness = alive(Date.now())
    this.#noteWaiting()
    if (this.#state.kind === 'stalled') this.#setState({ kind: 'ready', latencyMs: null })
  }

  // Requests sent before the last response may still require theirs.
  #noteWaiting(): void {
    if ([...this.#waiting].some(waits => waits())) this.noteSent()
  }

  #tick(): void {
    const now = Date.now()
    const wasStopped = now - this.#tickedAt > tickMs + stoppedMs
    this.#tickedAt = now
    // The answers that arrived meanwhile are read after the timers.
    if (wasStopped) return this.checkNow({ mustAnswer: true })
    this.#notePassage()
    this.#noteWaiting()
    if (this.#isOverdue()) return this.#parts.onLost(answerMs / 1000)
    const verdict = judgeLiveness(this.#liveness, now, this.#parts.limits)
    if (verdict.kind === 'probe') this.#probe()
    if (verdict.kind === 'stalled') this.#setState(verdict)
    if (verdict.kind === 'lost') this.#parts.onLost(verdict.seconds)
  }

  /** True if the answer that must come has not. It may be behind other data, which then keeps arriving. */
  #isOverdue(): boolean {
    const now = Date.now()
    if (this.#mustAnswerBy === undefined || now < this.#mustAnswerBy) return false
    if (now - this.#liveness.lastHeard >= stillArrivingMs) return true
    this.#mustAnswerBy = now + stillArrivingMs
    return false
  }

  // A probe queues behind unsent data: while that shrinks, the server is receiving.
  #notePassage(): void {
    const before = this.#unsent
    this.#unsent = this.#parts.unsent()
    if (this.#unsent > 0 && this.#unsent < before) this.#heard()
  }

  #probe(): void {
    const startedAt = performance.now()
    this.#liveness = probed(this.#liveness, Date.now())
    this.#heardSinceProbe = 0
    if (this.#muteProbes) return this.#probeByChannel(() => (this.#mustAnswerBy = undefined))
    // keepalive@openssh.com requires a reply, even a refusal; some servers never send one and need another kind of
    // probe.
    const silent = setTimeout(() => {
      if (this.#heardSinceProbe === 0 && !this.#over)
        this.#probeByChannel(() => {
          this.#mustAnswerBy = undefined
          if (this.#pings.has(answered)) this.#giveUpPings()
        })
    }, secondProbeMs)
    silent.unref()
    const answered = () => {
      clearTimeout(silent)
      this.#pings.delete(answered)
      this.#pingsWork = true
      // The answer to an earlier probe may have arrived before this computer slept.
      if (startedAt >= this.#checkedAt) this.#mustAnswerBy = undefined
      if (!this.#over) this.#setState({ kind: 'ready', latencyMs: Math.round(performance.now() - startedAt) })
    }
    this.#pings.add(answered)
    ping(this.#parts.client, answered)
  }

  /** The server never answers pings: a pending one would take the reply of another request. */
  #giveUpPings(): void {
    this.#muteProbes = true
    forgetPings(this.#parts.client, this.#pings)
    this.#pings.clear()
  }

  // Nothing can connect to port 0, so the refusal serves as the answer.
  #probeByChannel(onAnswer?: () => void): void {
    try {
      this.#parts.client.forwardOut('127.0.0.1', 0, '127.0.0.1', 0, (_error, channel) => {
        ;(channel as ClientChannel | undefined)?.close()
        onAnswer?.()
      })
    } catch {
      // The socket is half closed; `close` follows.
    }
  }

  #setState(state: LinkState): void {
    this.#state = state
    this.#changed.fire(state)
  }
}
