import {
  parseForwardSpecs,
  printForwardSpec,
  type ForwardSpec,
  type SpecEnd,
} from '../../../shared/base/forward-spec.ts'
import type { ImportedHost } from '../../../shared/contract/imports.ts'

/** One setting that an imported host brings besides its address. */
export interface ImportWord {
  readonly text: string
  /** True for a setting with more reach than users expect of an imported host. */
  readonly warns: boolean
}

const proxies = { http: 'HTTP', socks4: 'SOCKS4', socks5: 'SOCKS5' } as const
const signIns = {
  ask: null,
  password: 'Signs in with a password',
  key: 'Signs in with a key',
  agent: 'Signs in with the agent',
} as const

/** Describes every setting that a file has for a host, so that the preview hides nothing. */
export function importWords(host: ImportedHost): readonly ImportWord[] {
  const { jumps, proxy, keyFile, signIn, forwardAgent, weakAlgorithms, favourite, look, tags, forwards } = host
  const plain: (string | null | false)[] = [
    jumps.length > 0 && `Jump hosts: ${jumps.map(shownHop).join(', ')}`,
    proxy &&
      `${proxies[proxy.kind]} proxy: ${proxy.user === null ? '' : `${proxy.user}@`}${proxy.address}:${proxy.port}`,
    keyFile !== null && `Key file: ${keyFile}`,
    signIns[signIn],
    tags.length > 0 && `Tags: ${tags.join(', ')}`,
    favourite && 'Favourite',
    look.theme !== null && `Theme: ${look.theme}`,
    look.fontSize !== null && `Font size: ${look.fontSize}`,
  ]
  return [
    ...plain.flatMap(text => (typeof text === 'string' ? [{ text, warns: false }] : [])),
    ...(forwardAgent ? [{ text: 'Requests agent forwarding (stays off)', warns: true }] : []),
    ...(weakAlgorithms ? [{ text: 'Requests weak algorithms (stay off)', warns: true }] : []),
    ...forwards.flatMap(forwardWords),
  ]
}

function forwardWords(text: string): readonly ImportWord[] {
  const specs = parseForwardSpecs(text)
  if (specs.length === 0) return [{ text: `Forward ${text} isn’t valid and is skipped`, warns: false }]
  return specs.map(spec => {
    const name = `Forward ${printForwardSpec(spec)}`
    const reaches = reachOf(spec)
    return reaches.length === 0
      ? { text: `${name}, started manually`, warns: false }
      : { text: `${name}, started manually: ${reaches.join('; ')}`, warns: true }
  })
}

/** The access that a forward gives to others, beyond a port of the host that only this computer can reach. */
function reachOf({ kind, listen, to }: ForwardSpec): readonly string[] {
  const where = kind === 'remote' ? 'the host' : 'this computer'
  const found: string[] = []
  if (listen.kind === 'tcp' && !isLoopback(listen.address))
    found.push(
      isEverywhere(listen.address)
        ? `listens on all addresses of ${where}, open to other computers`
        : `listens on ${listen.address} of ${where}, open to other computers`,
    )
  if (listen.kind === 'unix') found.push(`listens on the socket ${listen.path} of ${where}`)
  if (kind === 'remote')
    found.push(
      to === null
        ? 'would open this computer’s whole network to the host, so it is skipped'
        : `gives the host access to ${shownEnd(to)} from this computer`,
    )
  else if (to?.kind === 'unix') found.push(`connects to the socket ${to.path} on the host`)
  return found
}

function isEverywhere(address: string | null): boolean {
  return address === '*' || address === '0.0.0.0' || address === '::'
}

function isLoopback(address: string | null): boolean {
  return address === null || address === 'localhost' || address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address)
}

function shownEnd(end: SpecEnd): string {
  return end.kind === 'unix' ? `the socket ${end.path}` : `${end.address ?? 'localhost'}:${end.port}`
}

function shownHop({ address, port, user }: ImportedHost['jumps'][number]): string {
  return `${user === null ? '' : `${user}@`}${address}${port === null ? '' : `:${port}`}`
}
