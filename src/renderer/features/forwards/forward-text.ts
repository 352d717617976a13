import { printForwardSpec, type SpecEnd } from '../../../shared/base/forward-spec.ts'
import type { Endpoint, Forward, ForwardSnapshot, FoundPort } from '../../../shared/contract/forwards.ts'
import type { Tone } from '../../ui/tag.tsx'

/** An endpoint as users write it: `address:port`, or the path of a socket. */
export function endText(end: Endpoint): string {
  if (end.kind === 'unix') return end.path
  const address = end.address.includes(':') ? `[${end.address}]` : end.address
  return `${address}:${end.port}`
}

/** The two ends in the direction of a connection, as the row shows them. */
export function endsOf(snapshot: ForwardSnapshot, host: string): readonly [string, string] {
  const { kind, to } = snapshot.forward
  const listen = endText(listenEnd(snapshot))
  if (kind === 'dynamic') return [listen, 'anywhere']
  const target = to ? endText(to) : ''
  return kind === 'remote' ? [atHost(listen, host), target] : [listen, target]
}

/** The address on which a forward listens, or will listen once it is on. */
export function listenEnd({ forward: { listen }, listening, ownAddress }: ForwardSnapshot): Endpoint {
  if (listening !== null) return listening
  return ownAddress !== null && listen.kind === 'tcp' ? { ...listen, address: ownAddress } : listen
}

// The localhost of a host is not the one of this computer.
function atHost(text: string, host: string): string {
  return text.replace(/^(localhost|127\.0\.0\.1):/, `${host}:`)
}

/** The state of a forward as a word, with its colour. */
export function stateLook(
  { state, counters }: ForwardSnapshot,
  sizeText: (bytes: number) => string,
): { readonly tone: Tone; readonly text: string } {
  switch (state.kind) {
    case 'off':
      return { tone: 'none', text: 'off' }
    case 'starting':
      return { tone: 'info', text: state.step.toLowerCase() }
    case 'up': {
      const bytes = counters.bytesIn + counters.bytesOut
      return { tone: 'ok', text: bytes > 0 ? `up · ${sizeText(bytes)}` : 'up' }
    }
    case 'waiting':
      return { tone: 'warn', text: 'reconnecting' }
    case 'needs-you':
      return { tone: 'warn', text: 'waiting for your response' }
    case 'failed':
      return { tone: 'bad', text: 'failed' }
  }
}

/** The error, the open question or the count of connections, in a sentence; empty if there is nothing to report. */
export function detailText({ state, counters, lastError }: ForwardSnapshot): string {
  if ((state.kind === 'waiting' || state.kind === 'needs-you' || state.kind === 'failed') && state.error)
    return state.error.message
  if (state.kind === 'needs-you') return 'Answer the question to continue.'
  if (state.kind === 'up' && lastError) return lastError.message
  if (state.kind !== 'up' || counters.ever === 0) return ''
  const { now, ever } = counters
  const open = now === 0 ? 'none' : now.toLocaleString('en')
  return `${ever.toLocaleString('en')} ${ever === 1 ? 'connection' : 'connections'} so far, ${open} open`
}

/** The equivalent ssh command. `login` is `user@address`, with a port unless it is 22. */
export function sshCommand(
  forward: Pick<Forward, 'kind' | 'listen' | 'to'>,
  login: { text: string; port: number | null },
): string {
  const spec = printForwardSpec({
    kind: forward.kind,
    listen: specEnd(forward.listen),
    to: forward.to ? specEnd(forward.to) : null,
  })
  return `ssh -N ${spec}${login.port === null || login.port === 22 ? '' : ` -p ${login.port}`} ${login.text}`
}

function specEnd(end: Endpoint): SpecEnd {
  if (end.kind === 'unix') return end
  return { kind: 'tcp', address: end.address === 'localhost' ? null : end.address, port: end.port }
}

/** Parses a typed endpoint: `8888`, `node17:8888`, `[::1]:80`, `/run/x.sock`; null if it is invalid. */
export function parseEnd(text: string, address = 'localhost'): Endpoint | null {
  const typed = text.trim()
  if (typed.startsWith('/')) return { kind: 'unix', path: typed }
  const found = /^(?:(\[[0-9A-Fa-f:.%]+\]|\*|[A-Za-z0-9._-]+):)?(\d{1,5})$/.exec(typed)
  if (!found || Number(found[2]) > 65_535) return null
  return { kind: 'tcp', address: found[1]?.replace(/^\[|\]$/g, '') ?? address, port: Number(found[2]) }
}

/** What listens on a port of a host: the process, or whose it is if its name is hidden. */
export function listenerText({ process, owner }: Pick<FoundPort, 'process' | 'owner'>): string {
  const text = processText(process)
  if (owner !== 'other') return text === '' ? 'Unknown process' : text
  return text === '' ? 'Another user’s process' : `${text}, owned by another user`
}

/** A short command line: `python demo.py`, without the folders of its programs. */
function processText(process: string): string {
  return process
    .split(' ')
    .slice(0, 6)
    .map((word, index) => (index < 2 && word.startsWith('/') ? word.slice(word.lastIndexOf('/') + 1) : word))
    .join(' ')
}

/** True if other computers can connect. */
export function isWide(end: Endpoint): boolean {
  return end.kind === 'tcp' && !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(end.address)
}
