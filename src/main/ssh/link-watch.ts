import type { Client, ClientChannel } from 'ssh2'

import { Emitter } from '../../shared/base/event.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { alive, judgeLiveness, probed, sent, type Liveness, type LivenessLimits } from './liveness.ts'
import { forgetPings, ping } from './ssh2-internals.ts'

/** How the link is: `ready` with the last round trip, or `stalled` for so many seconds. */
export type LinkState =
  { readonly kind: 'ready'; readonly latencyMs: number | null } | { readonly kind: 'stalled'; readonly seconds: number }

export interface LinkWatchParts {
  readonly client: Client
  readonly limits: LivenessLimits
  /** Subscribes to the bytes that come in. */
  readonly onBytes: (listener: () => void) => void
  /** How many bytes wait in this process to be sent. */
  readonly unsent: () => number
  /** The other side has not answered for so many seconds. */
  readonly onLost: (seconds: number) => void
}

const tickMs = 1_000
const secondProbeMs = 5_000

/** Watches whether the other side of a connection still answers, and asks it when it is silent. */
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
  #unsent = 0
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

  /** Something was sent that wants an answer. */
  noteSent(): void {
    this.#liveness = sent(this.#liveness, Date.now())
  }

  /** While `waits` answers true, something that was sent still wants its answer. */
  noteWaiting(waits: () => boolean): Disposable {
    this.#waiting.add(waits)
    return toDisposable(() => this.#waiting.delete(waits))
  }

  /** After sleep or a change of network: finds out at once whether the link still lives. */
  checkNow(): void {
    // What was asked before the machine slept had no time to be answered.
    this.#liveness = alive(Date.now())
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

  // Requests that were sent before the last answer came still want theirs.
  #noteWaiting(): void {
    if ([...this.#waiting].some(waits => waits())) this.noteSent()
  }

  #tick(): void {
    this.#notePassage()
    this.#noteWaiting()
    const verdict = judgeLiveness(this.#liveness, Date.now(), this.#parts.limits)
    if (verdict.kind === 'probe') this.#probe()
    if (verdict.kind === 'stalled') this.#setState(verdict)
    if (verdict.kind === 'lost') this.#parts.onLost(verdict.seconds)
  }

  // A probe waits behind what is still to be sent: while that gets less, somebody takes it.
  #notePassage(): void {
    const before = this.#unsent
    this.#unsent = this.#parts.unsent()
    if (this.#unsent > 0 && this.#unsent < before) this.#heard()
  }

  #probe(): void {
    const startedAt = performance.now()
    this.#liveness = probed(this.#liveness, Date.now())
    this.#heardSinceProbe = 0
    if (this.#muteProbes) return this.#probeByChannel()
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
    ping(this.#parts.client, answered)
  }

  /** The server never answers them: what waits for such an answer would take that of another request. */
  #giveUpPings(): void {
    this.#muteProbes = true
    forgetPings(this.#parts.client, this.#pings)
    this.#pings.clear()
  }

  // Port 0 can't be connected to: the refusal is the answer.
  #probeByChannel(onAnswer?: () => void): void {
    try {
      this.#parts.client.forwardOut('127.0.0.1', 0, '127.0.0.1', 0, (_error, channel) => {
        ;(channel as ClientChannel | undefined)?.close()
        onAnswer?.()
      })
    } catch {
      // The socket is half closed: its close follows.
    }
  }

  #setState(state: LinkState): void {
    this.#state = state
    this.#changed.fire(state)
  }
}
