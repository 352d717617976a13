import { createHash } from 'node:crypto'

import type { Endpoint, Forward } from '../../shared/contract/forwards.ts'

/** The local address for a host's forwards. */
export interface OwnPlace {
  /** The loopback address reserved for the host. */
  readonly address: string
  /** True if the user chose the port number, so that it may also be used on a shared address. */
  readonly asked: boolean
}

/** One address to listen on. */
export interface ListenChoice {
  readonly at: Endpoint
  /** The host's own address, used in addition, so that its pages are separate from other hosts' pages. */
  readonly besides: string | null
}

const [lowest, span] = [32, 96]
const firstUserPort = 1_024
// A range without the usual port of any service. The last hundred are reserved for finding a free one.
const [rangeStart, rangeSize] = [40_000, 9_900]

/**
 * Derives an address from 127.32.0.1 to 127.127.255.254 for a key (RFC 1122, 3.2.1.3 gives all of 127.0.0.0/8 to the
 * computer itself), skipping those in use. Systems and containers use 127.0.x.x.
 */
export function deriveAddress(key: string, taken: ReadonlySet<string>): string {
  for (let round = 0; ; round++) {
    const [a = 0, b = 0, c = 0] = createHash('sha256').update(`loopback ${round} ${key}`).digest()
    const address = `127.${lowest + (a % span)}.${b}.${1 + (c % 254)}`
    if (!taken.has(address)) return address
  }
}

/** True for an address that may be reserved for a host. */
export function isOwnAddress(address: string): boolean {
  const found = /^127\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(address)
  return found !== null && Number(found[1]) >= lowest && Number(found[1]) < lowest + span
}

/** Returns a port from 40000 to 49999 that replaces one whose own number must not be used. */
export function rangePort(port: number): number {
  return port >= rangeStart && port < rangeStart + rangeSize + 100 ? port : rangeStart + (port % rangeSize)
}

/**
 * Returns the possible listening addresses, best first; the next one is for systems without the address before it, such
 * as macOS, which only has 127.0.0.1. In that case a number chosen by the host is not used: `localhost:5432` belongs to
 * this computer. The host may never choose a privileged port either.
 */
export function listenChoices(forward: Forward, place: OwnPlace | null): readonly ListenChoice[] {
  const { listen, ownAddress, page, kind } = forward
  if (place === null || listen.kind === 'unix' || kind === 'remote') return [{ at: listen, besides: null }]
  const { address, asked } = place
  if (!ownAddress) {
    const isShared = /^(localhost|\*|0\.0\.0\.0)$/.test(listen.address)
    return [{ at: listen, besides: kind === 'local' && page !== null && isShared ? address : null }]
  }
  const number = asked || listen.port >= firstUserPort ? listen.port : rangePort(listen.port)
  return [
    { at: { kind: 'tcp', address, port: number }, besides: null },
    { at: { kind: 'tcp', address: '127.0.0.1', port: asked ? listen.port : rangePort(listen.port) }, besides: null },
  ]
}
