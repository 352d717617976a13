import type { AppError } from '../../shared/base/errors.ts'
import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { SftpSession } from '../sftp/sftp-session.ts'

/** Opens further sessions for bulk data, each on its own connection if the host doesn't need to ask for that. */
export interface LaneSource {
  /** Rejects if no more lanes can be opened. */
  open(index: number, signal: AbortSignal): Promise<SftpSession>
  roundTripMs(): number
}

interface Lane {
  readonly session: SftpSession
  bytes: number
}

/** The lane reserved for a chunk; release it when the chunk is done. */
export interface Ride {
  readonly session: SftpSession
  release(): void
}

// OpenSSH and ssh2 accept 2 MiB per channel before they acknowledge; beyond this another lane is faster.
const fullLane = 1.5 * 1024 * 1024
const bytesPerLane = 6 * 1024 * 1024
const idleMs = 45_000
const longRoundTripMs = 10

/**
 * The sessions that bulk data is spread over. The first is the one that lists folders; whenever a lane is full, another
 * is opened, up to the number that the round-trip time justifies.
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
  /** True once a lane signed in without a question: the others will too. */
  #proven = false
  #worth = 1
  #idle: NodeJS.Timeout | undefined

  constructor(control: SftpSession, source: LaneSource) {
    this.#control = { session: control, bytes: 0 }
    this.#source = source
  }

  /** The lanes that are open now, in order of preference. */
  get sessions(): readonly SftpSession[] {
    return this.#open().map(lane => lane.session)
  }

  /** Opens the first lane before any copy if signing in takes noticeably long. */
  warm(): void {
    if (this.#source.roundTripMs() >= longRoundTripMs) this.#growToWorth()
  }

  /** Opens as many lanes at once as this many bytes justify: signing in takes longest where lanes help most. */
  prepare(bytes: number): void {
    this.#worth = Math.max(this.#worth, Math.min(lanesFor(this.#source.roundTripMs()), Math.ceil(bytes / bytesPerLane)))
    this.#growToWorth()
  }

  // The first lane is opened alone: an outdated password must not be sent eight times.
  #growToWorth(): void {
    const wanted = this.#proven ? this.#worth : 1
    while (this.#lanes.length + this.#opening < wanted && this.#grow());
  }

  /** Keeps the lanes while a file is open on them. */
  hold(): Disposable {
    this.#held++
    let released = false
    return toDisposable(() => {
      if (!released) this.#held--
      released = true
    })
  }

  /** Reserves the least busy of `among`, or of all lanes. */
  ride(bytes: number, among?: readonly SftpSession[]): Ride {
    const lanes = this.#open().filter(lane => !among || among.includes(lane.session))
    const lane = lanes.reduce((best, each) => (each.bytes < best.bytes ? each : best), lanes[0] ?? this.#control)
    lane.bytes += bytes
    if (lane.bytes > fullLane) this.#grow()
    this.#rest()
    return { session: lane.session, release: () => void (lane.bytes -= bytes) }
  }

  /** Closes all lanes; pending work is rejected with the reason, `cancelled` by default. */
  dispose(because?: AppError): void {
    clearTimeout(this.#idle)
    this.#abort.abort()
    for (const lane of this.#lanes.splice(0)) lane.session.dispose(because)
  }

  // Bulk data leaves the interactive connection as soon as it has its own.
  #open(): readonly Lane[] {
    return this.#lanes.length > 0 ? this.#lanes : [this.#control]
  }

  /** Returns false if no more lanes can be opened. */
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

  // The lanes of a finished copy are kept for the next one, but not forever.
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

/** Returns how many lanes a round-trip time, in milliseconds, justifies. */
function lanesFor(roundTripMs: number): number {
  if (roundTripMs < 8) return 1
  if (roundTripMs < 60) return 4
  return 8
}
