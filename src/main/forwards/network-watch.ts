import { networkInterfaces } from 'node:os'

import type { Disposable } from '../../shared/base/lifecycle.ts'

const lookMs = 2_000

/** Calls when this computer's addresses have changed: another network, a cable, a VPN. */
export function watchNetwork(onChanged: () => void, addresses: () => string = ownAddresses): Disposable {
  let before = addresses()
  const timer = setInterval(() => {
    const now = addresses()
    if (now === before) return
    before = now
    onChanged()
  }, lookMs)
  timer.unref()
  return { dispose: () => clearInterval(timer) }
}

function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return all
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join()
}
