import { networkInterfaces } from 'node:os'

import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'

const lookMs = 2_000
// The system does not report every sleep, and never that Hawser alone was stopped.
const stoppedMs = 5_000

/** What happened: this computer woke from sleep, or has another network, cable or VPN. */
export type NetworkChange = 'woke' | 'changed'

/**
 * Announces that this computer's network connectivity has changed: another network, a cable, a VPN, or waking from
 * sleep. Everything that holds or awaits a connection follows it.
 */
export class NetworkWatch implements Disposable {
  readonly #changed = new Emitter<NetworkChange>()
  readonly onChanged = this.#changed.event
  readonly #timer: NodeJS.Timeout

  /** Polls the addresses and the clock every two seconds; `note` reports changes that others detect first. */
  constructor(addresses: () => string = ownAddresses) {
    let before = addresses()
    let lookedAt = Date.now()
    this.#timer = setInterval(() => {
      const wasStopped = Date.now() - lookedAt > lookMs + stoppedMs
      lookedAt = Date.now()
      const now = addresses()
      const isChanged = now !== before
      before = now
      if (wasStopped) this.note('woke')
      else if (isChanged) this.note('changed')
    }, lookMs)
    this.#timer.unref()
  }

  /** Notes that the system or the window reported a change. */
  note(change: NetworkChange): void {
    this.#changed.fire(change)
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#changed.dispose()
  }
}

function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return all
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join()
}

/** True if this computer still has an address that a connection was opened from. */
export function hasAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return Object.values(networkInterfaces()).some(ends => ends?.some(end => end.address === plain))
}
