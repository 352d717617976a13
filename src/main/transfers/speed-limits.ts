import type { SpeedLimits as Limits, TransferRequest } from '../../shared/contract/transfers.ts'
import { SpeedLimit } from './speed-limit.ts'

/** The limits of both directions, which all transfers share. What stays on this computer passes freely. */
export class SpeedLimits {
  readonly #up = new SpeedLimit()
  readonly #down = new SpeedLimit()
  #value: Limits

  constructor(limits: Limits) {
    this.#value = limits
    this.set(limits)
  }

  /** Bytes a second; 0 is no limit. */
  get value(): Limits {
    return this.#value
  }

  set(limits: Limits): void {
    this.#value = limits
    this.#up.set(limits.up)
    this.#down.set(limits.down)
  }

  /** Lets the bytes of one transfer pass; between two hosts they go both ways. */
  passFor({ from, to }: TransferRequest): (bytes: number) => Promise<void> | undefined {
    const [down, up] = [from.side, to.side].map(side => side.target.kind !== 'local')
    return bytes => {
      const waiting = [down ? this.#down.pass(bytes) : undefined, up ? this.#up.pass(bytes) : undefined].filter(Boolean)
      return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => {})
    }
  }
}
