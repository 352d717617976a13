import type { AppError } from '../../shared/base/errors.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { SftpSession } from '../sftp/sftp-session.ts'

/** A session of its own for bulk data, on a connection of its own where the host gives one without a question. */
export interface LaneSource {
  /** Rejects when there can be no more. */
  open(index: number, signal: AbortSignal): Promise<SftpSession>
  roundTripMs(): number
}

interface Lane {
  readonly session: SftpSession
  bytes: number
}

/** What a chunk travels on; release it when the chunk is through. */
export interface Ride {
  readonly session: SftpSession
  release(): void
}

// OpenSSH takes 2 MiB of a channel before it answers, ssh2 the same: past this a further lane carries more.
const fullLane = 1.5 * 1024 * 1024
const bytesPerLane = 6 * 1024 * 1024
const idleMs = 45_000
const farMs = 10

/**
 * The sessions that bulk data is spread over. It begins with the session that lists folders; as soon as one lane is full,
 * another is opened beside it, as many as the length of the line is worth.
 */
export class SftpLanes implements Disposable {
  readonly #control: Lane
  readonly #source: LaneSource
  readonly #abort = new AbortController()
  readonly #lanes: Lane[] = []
  #opening = 0
  #refused = false
  #opened = 0
  #held = 0
  /** True once a lane has got in without a question: the others will, too. */
  #proven = false
  #worth = 1
  #idle: NodeJS.Timeout | undefined

  constructor(control: SftpSession, source: LaneSource) {
    this.#control = { session: control, bytes: 0 }
    this.#source = source
  }

  /** The lanes that are open now, the first choice first. */
  get sessions(): readonly SftpSession[] {
    return this.#open().map(lane => lane.session)
  }

  /** Opens the first lane ahead of any copy, where signing in takes so long that it would be felt. */
  warm(): void {
    if (this.#source.roundTripMs() >= farMs) this.#growToWorth()
  }

  /** Opens as many lanes at once as so many bytes are worth: each has to sign in, which takes long where lanes help most. */
  prepare(bytes: number): void {
    this.#worth = Math.max(this.#worth, Math.min(lanesFor(this.#source.roundTripMs()), Math.ceil(bytes / bytesPerLane)))
    this.#growToWorth()
  }

  // One alone first: a password that does not hold any more must not go out eight times.
  #growToWorth(): void {
    const wanted = this.#proven ? this.#worth : 1
    while (this.#lanes.length + this.#opening < wanted && this.#grow());
  }

  /** A file is open on them: they are not let go before it is closed. */
  hold(): Disposable {
    this.#held++
    let released = false
    return toDisposable(() => {
      if (!released) this.#held--
      released = true
    })
  }

  /** The least busy of `among`, or of all lanes. */
  ride(bytes: number, among?: readonly SftpSession[]): Ride {
    const lanes = this.#open().filter(lane => !among || among.includes(lane.session))
    const lane = lanes.reduce((best, each) => (each.bytes < best.bytes ? each : best), lanes[0] ?? this.#control)
    lane.bytes += bytes
    if (lane.bytes > fullLane) this.#grow()
    this.#rest()
    return { session: lane.session, release: () => void (lane.bytes -= bytes) }
  }

  /** Ends them all; what is under way on them rejects with the reason, `cancelled` by default. */
  dispose(because?: AppError): void {
    clearTimeout(this.#idle)
    this.#abort.abort()
    for (const lane of this.#lanes.splice(0)) lane.session.dispose(because)
  }

  // Bulk data leaves the connection that people type on as soon as it has one of its own.
  #open(): readonly Lane[] {
    return this.#lanes.length > 0 ? this.#lanes : [this.#control]
  }

  /** False when there can be no more. */
  #grow(): boolean {
    if (this.#refused || this.#abort.signal.aborted) return false
    if (!this.#proven && this.#opening > 0) return false
    if (this.#lanes.length + this.#opening >= lanesFor(this.#source.roundTripMs())) return false
    this.#opening++
    this.#source
      .open(this.#opened++, this.#abort.signal)
      .then(
        session => this.#add({ session, bytes: 0 }),
        () => (this.#refused = true),
      )
      .finally(() => this.#opening--)
    return true
  }

  #add(lane: Lane): void {
    if (this.#abort.signal.aborted) return lane.session.dispose()
    this.#lanes.push(lane)
    this.#proven = true
    this.#growToWorth()
    this.#rest()
    lane.session.onClosed(() => {
      const at = this.#lanes.indexOf(lane)
      if (at >= 0) this.#lanes.splice(at, 1)
    })
  }

  // A copy that has ended leaves its lanes for the next one, but not for ever.
  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      if (this.#held > 0 || this.#lanes.some(lane => lane.bytes > 0)) return this.#rest()
      for (const lane of this.#lanes.splice(0)) lane.session.dispose()
      this.#refused = false
      this.#worth = 1
    }, idleMs)
    this.#idle.unref()
  }
}

/** How many lanes are worth opening on a line of this round trip, in milliseconds. */
export function lanesFor(roundTripMs: number): number {
  if (roundTripMs < 8) return 1
  if (roundTripMs < 60) return 4
  return 8
}
