import { createHash } from 'node:crypto'

import { parseForwardSpec, type SpecEnd } from '../../shared/base/forward-spec.ts'
import { forward as forwardSchema, type Endpoint, type Forward } from '../../shared/contract/forwards.ts'
import type { HostId } from '../../shared/contract/hosts.ts'
import type { ForwardLine, ResolvedHost } from '../ssh-config/resolved.ts'

/** A forward defined by a line of the user's SSH config. */
export interface ConfigForward {
  readonly forward: Forward
  readonly path: string
  readonly line: number
}

/**
 * Converts LocalForward, RemoteForward and DynamicForward of a host to saved forwards. They start with the host, as in
 * ssh. Unsupported ones, such as remote dynamic forwards, are ignored.
 */
export function configForwards(hostId: HostId, host: ResolvedHost): readonly ConfigForward[] {
  return host.forwards.flatMap(line => {
    const forward = fromLine(hostId, host, line)
    return forward ? [{ forward, path: line.at.path, line: line.at.line }] : []
  })
}

function fromLine(hostId: HostId, host: ResolvedHost, { kind, spec }: ForwardLine): Forward | null {
  const parsed = parseForwardSpec(kind, spec)
  if (!parsed || (kind !== 'dynamic' && parsed.to === null)) return null
  // GatewayPorts applies to local listening ports without an address.
  const open = kind !== 'remote' && host.gatewayPorts ? '*' : 'localhost'
  const checked = forwardSchema.safeParse({
    id: idOf(`${host.name} ${kind} ${spec}`),
    label: `${host.name} ${parsed.listen.kind === 'unix' ? parsed.listen.path : parsed.listen.port}`.slice(0, 128),
    target: { kind: 'host', hostId },
    kind,
    listen: endpoint(parsed.listen, open),
    to: parsed.to && endpoint(parsed.to, 'localhost'),
    freePort: false,
    start: 'host',
    presetId: null,
    page: null,
    temporary: false,
  })
  return checked.success ? checked.data : null
}

function endpoint(end: SpecEnd, usual: string): Endpoint {
  if (end.kind === 'unix') return end
  return { kind: 'tcp', address: end.address ?? usual, port: end.port }
}

function idOf(text: string): string {
  const hex = createHash('sha256').update(`ssh_config forward ${text}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
