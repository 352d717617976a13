import { createHash } from 'node:crypto'

import type { Endpoint, Forward } from '../../shared/contract/forwards.ts'

/** Where a host's forwards listen on this computer. */
export interface OwnPlace {
  /** The loopback address that the host has to itself. */
  readonly address: string
  /** True where the person chose the port number, so that a shared address may show it as well. */
  readonly asked: boolean
}

/** One place to listen on. */
export interface ListenChoice {
  readonly at: Endpoint
  /** The host's own address, which is listened on besides, so that its pages are apart from other hosts' pages. */
  readonly besides: string | null
}

const [lowest, span] = [32, 96]
const firstUserPort = 1_024
// A range of our own: no service has its usual port there. The last hundred is left for the search for a free one.
const [rangeStart, rangeSize] = [40_000, 9_900]

/**
 * The address of 127.32.0.1 to 127.127.255.254 that a text stands for (RFC 1122, 3.2.1.3 gives all of 127.0.0.0/8 to the
 * computer itself), passing over those that are taken. Systems and containers use 127.0.x.x.
 */
export function deriveAddress(key: string, taken: ReadonlySet<string>): string {
  for (let round = 0; ; round++) {
    const [a = 0, b = 0, c = 0] = createHash('sha256').update(`loopback ${round} ${key}`).digest()
    const address = `127.${lowest + (a % span)}.${b}.${1 + (c % 254)}`
    if (!taken.has(address)) return address
  }
}

/** True for an address that some host may have to itself. */
export function isOwnAddress(address: string): boolean {
  const found = /^127\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(address)
  return found !== null && Number(found[1]) >= lowest && Number(found[1]) < lowest + span
}

/** The port of 40000 to 49999 that stands for a port whose own number is not to be listened on. */
export function rangePort(port: number): number {
  return port >= rangeStart && port < rangeStart + rangeSize + 100 ? port : rangeStart + (port % rangeSize)
}

/**
 * Where a forward may listen, best first; the next one is for systems that lack the address of the one before, such as
 * macOS, which has 127.0.0.1 alone. There, a number that the host chose is not listened on: `localhost:5432` belongs to
 * this computer. A privileged port is never the host's to choose either.
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
