import {
  parseForwardSpecs,
  printForwardSpec,
  type ForwardSpec,
  type SpecEnd,
} from '../../../shared/base/forward-spec.ts'
import type { ImportedHost } from '../../../shared/contract/imports.ts'

/** One thing that an import brings beside the address. */
export interface ImportWord {
  readonly text: string
  /** It reaches further than people may expect of a host's entry. */
  readonly warns: boolean
}

const proxies = { http: 'HTTP', socks4: 'SOCKS 4', socks5: 'SOCKS 5' } as const
const signIns = {
  ask: null,
  password: 'Signs in with a password',
  key: 'Signs in with a key',
  agent: 'Signs in with the agent',
} as const

/** All that a file says of a host beside its address, in words: nothing comes in unseen. */
export function importWords(host: ImportedHost): readonly ImportWord[] {
  const { jumps, proxy, keyFile, signIn, forwardAgent, weakAlgorithms, favourite, look, tags, forwards } = host
  const plain: (string | null | false)[] = [
    jumps.length > 0 && `Jump hosts: ${jumps.map(shownHop).join(', ')}`,
    proxy &&
      `${proxies[proxy.kind]} proxy: ${proxy.user === null ? '' : `${proxy.user}@`}${proxy.address}:${proxy.port}`,
    keyFile !== null && `Key file: ${keyFile}`,
    signIns[signIn],
    tags.length > 0 && `Tags: ${tags.join(', ')}`,
    favourite && 'A favourite',
    look.theme !== null && `Theme: ${look.theme}`,
    look.fontSize !== null && `Font size: ${look.fontSize}`,
  ]
  return [
    ...plain.flatMap(text => (typeof text === 'string' ? [{ text, warns: false }] : [])),
    ...(forwardAgent ? [{ text: 'Asks for agent forwarding, which stays off', warns: true }] : []),
    ...(weakAlgorithms ? [{ text: 'Asks for weak algorithms, which stay off', warns: true }] : []),
    ...forwards.flatMap(forwardWords),
  ]
}

function forwardWords(text: string): readonly ImportWord[] {
  const specs = parseForwardSpecs(text)
  if (specs.length === 0) return [{ text: `Forward ${text} can’t be read and is left out`, warns: false }]
  return specs.map(spec => {
    const name = `Forward ${printForwardSpec(spec)}`
    const reaches = reachOf(spec)
    return reaches.length === 0
      ? { text: `${name}, started by hand`, warns: false }
      : { text: `${name}, started by hand: ${reaches.join('; ')}`, warns: true }
  })
}

/** Who gets at what by a forward, where that is more than this computer getting at a port of the host. */
function reachOf({ kind, listen, to }: ForwardSpec): readonly string[] {
  const where = kind === 'remote' ? 'the host' : 'this computer'
  const found: string[] = []
  if (listen.kind === 'tcp' && !isLoopback(listen.address))
    found.push(
      isEverywhere(listen.address)
        ? `listens on all addresses of ${where}, for others as well`
        : `listens on ${listen.address} of ${where}, for others as well`,
    )
  if (listen.kind === 'unix') found.push(`listens on the socket ${listen.path} of ${where}`)
  if (kind === 'remote')
    found.push(
      to === null
        ? 'would open this computer’s whole network to the host, so it is left out'
        : `opens ${shownEnd(to)} of this computer’s side to the host`,
    )
  else if (to?.kind === 'unix') found.push(`leads to the socket ${to.path} of the host`)
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
