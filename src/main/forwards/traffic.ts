import type { ForwardCounters } from '../../shared/contract/forwards.ts'
import type { Direction } from './join-streams.ts'

const spanMs = 5_000

/** Counts the connections and bytes of one forward; the rate covers the last five seconds. */
export class Traffic {
  #now = 0
  #ever = 0
  readonly #bytes: Record<Direction, number> = { out: 0, in: 0 }
  /** Times with the byte count at each. */
  #marks: { readonly at: number; readonly bytes: number }[] = []

  opened(): void {
    this.#now++
    this.#ever++
  }

  closed(): void {
    this.#now--
  }

  passed(way: Direction, bytes: number): void {
    this.#bytes[way] += bytes
  }

  /** Returns the counters at `now` (milliseconds). */
  counters(now: number): ForwardCounters {
    const bytes = this.#bytes.out + this.#bytes.in
    this.#marks = [...this.#marks.filter(({ at }) => now - at <= spanMs), { at: now, bytes }]
    const [first] = this.#marks
    const seconds = first ? (now - first.at) / 1000 : 0
    const rate = first && seconds > 0 ? Math.round((bytes - first.bytes) / seconds) : 0
    return { now: this.#now, ever: this.#ever, bytesOut: this.#bytes.out, bytesIn: this.#bytes.in, rate }
  }
}
