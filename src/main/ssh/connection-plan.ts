import { AppError } from '../../shared/base/errors.ts'
import type { Group, Host, HostId, SignIn } from '../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import type { Target } from '../../shared/contract/terminals.ts'

/** One machine to dial and sign in to, everything inherited filled in. */
export interface PlannedHop {
  /** What names the login: two hops with the same key share a connection. */
  readonly key: string
  readonly label: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly signIn: SignIn
  readonly keyFile: string | null
  readonly weakAlgorithms: boolean
  /** The saved host, whose secrets the vault may hold. */
  readonly hostId: HostId | null
}

/** The hops from here to the target, the target last; never empty. */
export type ConnectionPlan = readonly [PlannedHop, ...PlannedHop[]]

export interface PlanInput {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly localUser: string
}

type RemoteTarget = Exclude<Target, { kind: 'local' }>

const maxHops = 16

/**
 * Resolves a target to the hops to dial. Throws `not-found` when a host or jump host is gone, `invalid-input` when jump
 * hosts go in a circle.
 */
export function planConnection(target: RemoteTarget, input: PlanInput): ConnectionPlan {
  if (target.kind === 'host') return planHost(target.hostId, input, [])
  const base = { signIn: 'ask', weakAlgorithms: false, hostId: null } as const
  const stops = [...target.jumps.map(jump => ({ ...jump, keyFile: null })), target]
  const chain: PlannedHop[] = []
  for (const stop of stops) {
    const [user, port] = [stop.user ?? input.localUser, stop.port ?? 22]
    chain.push(
      withKey({ ...base, label: stop.address, address: stop.address, port, user, keyFile: stop.keyFile }, chain.at(-1)),
    )
  }
  return chain as unknown as ConnectionPlan
}

function planHost(id: HostId, input: PlanInput, behind: readonly HostId[]): ConnectionPlan {
  const host = input.hosts.find(candidate => candidate.id === id)
  if (!host)
    throw new AppError(
      'not-found',
      behind.length > 0 ? 'The jump host of this host was deleted. Choose another one.' : 'This host was deleted.',
    )
  if (behind.includes(id) || behind.length >= maxHops)
    throw new AppError('invalid-input', `The jump hosts of ${host.label} go in a circle. Change one of them.`)
  const inherited = inheritedFrom(host.groupId, input.groups)
  // A group's jump host that lies in the group itself is dialled directly.
  const jumpId =
    host.jumpHostId ??
    (inherited.jumpHostId === id || behind.includes(inherited.jumpHostId as HostId) ? null : inherited.jumpHostId)
  const before = jumpId === null ? [] : planHost(jumpId, input, [...behind, id])
  const hop = withKey(
    {
      label: host.label,
      address: host.address,
      port: host.port ?? 22,
      user: host.user ?? inherited.user ?? input.localUser,
      signIn: host.signIn,
      keyFile: host.keyFile ?? inherited.keyFile,
      weakAlgorithms: host.weakAlgorithms,
      hostId: id,
    },
    before.at(-1),
  )
  return [...before, hop] as unknown as ConnectionPlan
}

function withKey(hop: Omit<PlannedHop, 'key'>, before: PlannedHop | undefined): PlannedHop {
  const way = before === undefined ? '' : ` via ${before.key}`
  const sign = [hop.signIn, hop.keyFile ?? '', hop.hostId ?? '', hop.weakAlgorithms ? 'weak' : ''].join(' ')
  return { ...hop, key: `${hop.user}@${hop.address.toLowerCase()}:${hop.port} (${sign.trim()})${way}` }
}
