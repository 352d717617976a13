import { createHash } from 'node:crypto'

import type { Destination } from '../../shared/base/destination.ts'
import { AppError } from '../../shared/base/errors.ts'
import { parseJumps } from '../../shared/base/jumps.ts'
import type { Group, Host, HostId, SignIn } from '../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import { wrongHop, type Hop, type Target } from '../../shared/contract/targets.ts'
import type { ConfigNote } from '../ssh-config/config-program.ts'
import type { Pending } from '../ssh-config/evaluate.ts'
import type { ResolvedHost } from '../ssh-config/resolved.ts'
import { ExpansionError } from '../ssh-config/tokens.ts'
import { optionsOf, usualOptions, type HopOptions } from './hop-options.ts'

/** One machine to dial and sign in to, with all inherited settings filled in. */
export interface PlannedHop {
  /** Identifies the login: hops with the same key share a connection. */
  readonly key: string
  readonly label: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly signIn: SignIn
  readonly keyFile: string | null
  readonly weakAlgorithms: boolean
  /** True for a saved host; false for a host of the SSH config and a typed address. */
  readonly saved: boolean
  /** The saved host whose secrets the vault may hold. */
  readonly hostId: HostId | null
  /** The hops before this one, nearest first, as `user@address:port`. */
  readonly via: readonly string[]
  readonly options: HopOptions
  /** Questions, commands and lookups that must be resolved before this hop is dialed. */
  readonly pending: readonly Pending[]
}

/** The hops from this computer to the target, with the target last; never empty. */
export type ConnectionPlan = readonly [PlannedHop, ...PlannedHop[]]

/** The hop that a plan leads to. */
export function targetHop(plan: ConnectionPlan): PlannedHop {
  return plan.at(-1) as PlannedHop
}

/** The plan with another login at its end: one with a key of its own shares no connection. */
export function withTargetHop(plan: ConnectionPlan, change: Partial<PlannedHop>): ConnectionPlan {
  return [...plan.slice(0, -1), { ...targetHop(plan), ...change }] as unknown as ConnectionPlan
}

/** What a person's ssh_config says, for planning. */
export interface ConfigView {
  /** The name of a host defined in the config; null for other hosts. */
  nameOf(id: HostId): string | null
  resolve(name: string, given: { user: string | null; port: number | null }): ResolvedHost
  /** The first line for which OpenSSH would refuse the whole config; an unreadable line may contain a restriction. */
  problem(): ConfigNote | null
}

export interface PlanInput {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly localUser: string
  readonly config: ConfigView
}

type RemoteTarget = Exclude<Target, { kind: 'local' }>
type Draft = Omit<PlannedHop, 'key' | 'via'>

const maxHops = 16

/**
 * Resolves a target to the hops to dial. Errors: `not-found` if a host or jump host was deleted; `invalid-input` if
 * jump hosts form a loop, a host or user name is not valid, or the config contains a line that OpenSSH would refuse.
 */
export function planConnection(target: RemoteTarget, input: PlanInput): ConnectionPlan {
  const chain = target.kind === 'host' ? planHost(target.hostId, input, []) : planAddress(target, input)
  return chain as unknown as ConnectionPlan
}

type Chain = readonly PlannedHop[]

function planAddress(target: Extract<RemoteTarget, { kind: 'address' }>, input: PlanInput): Chain {
  const { keyFile } = target
  for (const stop of [target, ...target.jumps]) check(stop, 'Enter it again.')
  const last = { input, depth: 0, label: target.address, hostId: null, keyFile }
  if (target.jumps.length === 0) return planNamed(target, last)
  return planNamed(target, { ...last, before: planJumps(target.jumps, input, 0) })
}

interface NamedContext {
  readonly input: PlanInput
  readonly depth: number
  readonly label: string
  readonly hostId: HostId | null
  readonly keyFile: string | null
  /** The hops before this one, if given; otherwise the config determines them. */
  readonly before?: Chain
}

/** Plans what `ssh [user@]name` would do. */
function planNamed(stop: Destination, context: NamedContext): Chain {
  const { input, depth, label, hostId, keyFile } = context
  if (depth > maxHops)
    throw new AppError('invalid-input', `The jump hosts of ${label} form a loop. Change one of them.`)
  const found = input.config.resolve(stop.address, stop)
  const problem = input.config.problem() ?? found.problems[0]
  if (problem) throw refused(problem)
  const before = context.before ?? (found.proxyJump === '' ? [] : planJumps(jumpsOf(found), input, depth + 1))
  const options = readOptions(found)
  const draft: Draft = {
    label,
    address: found.hostName,
    port: found.port,
    user: found.user,
    signIn: 'ask',
    keyFile,
    weakAlgorithms: false,
    saved: false,
    hostId,
    options: before.length > 0 ? { ...options, through: null } : options,
    pending: found.pending,
  }
  return [...before, withKey(draft, before.at(-1))]
}

/** Rejects a name that earlier versions saved and that is no longer dialed. */
function check({ address, port, user }: Hop, cure: string): void {
  const wrong = wrongHop({ address, port, user })
  if (wrong !== null) throw new AppError('invalid-input', `${wrong} ${cure}`)
}

/** Each hop is reached through the one before; only the first one uses its own route, as in `ssh -J`. */
function planJumps(stops: readonly Destination[], input: PlanInput, depth: number): Chain {
  let chain: Chain | undefined
  for (const stop of stops) {
    const context = { input, depth, label: stop.address, hostId: null, keyFile: null }
    chain = planNamed(stop, chain ? { ...context, before: chain } : context)
  }
  return chain ?? []
}

function jumpsOf(found: ResolvedHost): readonly Destination[] {
  const jumps = parseJumps(found.proxyJump)
  if (jumps) return jumps
  throw new AppError('invalid-input', `ProxyJump ${found.proxyJump} of ${found.name} is not a valid list of hosts.`)
}

function readOptions(found: ResolvedHost): HopOptions {
  try {
    return optionsOf(found)
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    throw new AppError('invalid-input', `ProxyCommand of ${found.name} can’t be used: ${error.message}.`)
  }
}

/** The error for a line that can't be parsed. */
function refused({ path, line, text }: ConfigNote): AppError {
  return new AppError('invalid-input', `${path}, line ${line}: ${text}. Fix it and try again.`, {
    configLine: { path, line },
  })
}

function planHost(id: HostId, input: PlanInput, behind: readonly HostId[]): Chain {
  const host = input.hosts.find(candidate => candidate.id === id)
  if (!host)
    throw new AppError(
      'not-found',
      behind.length > 0
        ? 'The jump host of this host was deleted. Choose another jump host.'
        : 'This host was deleted.',
    )
  if (behind.includes(id) || behind.length >= maxHops)
    throw new AppError('invalid-input', `The jump hosts of ${host.label} form a loop. Change one of them.`)
  const name = input.config.nameOf(id)
  if (name !== null) {
    const stop = { user: null, address: name, port: null }
    return planNamed(stop, { input, depth: behind.length, label: host.label, hostId: id, keyFile: null })
  }
  const inherited = inheritedFrom(host.groupId, input.groups)
  // A group's jump host that is itself in the group is dialed directly.
  const jumpId =
    host.jumpHostId ??
    (inherited.jumpHostId === id || behind.includes(inherited.jumpHostId as HostId) ? null : inherited.jumpHostId)
  const before = jumpId === null ? [] : planHost(jumpId, input, [...behind, id])
  const through = before.length > 0 ? null : (host.proxy ?? inherited.proxy)
  const user = host.user ?? inherited.user
  for (const address of [host.address, ...(through ? [through.address] : [])])
    check({ address, user, port: null }, `Fix it in ${host.label}${host.user === user ? '' : ' or its group'}.`)
  const hop = withKey(
    {
      label: host.label,
      address: host.address,
      port: host.port ?? 22,
      user: user ?? input.localUser,
      signIn: host.signIn,
      keyFile: host.keyFile ?? inherited.keyFile,
      weakAlgorithms: host.weakAlgorithms,
      saved: true,
      hostId: id,
      options: {
        ...usualOptions,
        forwardAgent: host.forwardAgent ? 'yes' : null,
        through,
      },
      pending: [],
    },
    before.at(-1),
  )
  return [...before, hop]
}

function withKey(hop: Draft, before: PlannedHop | undefined): PlannedHop {
  const way = before === undefined ? '' : ` via ${before.key}`
  const sign = [hop.signIn, hop.keyFile ?? '', hop.hostId ?? '', hop.weakAlgorithms ? 'weak' : '', digest(hop.options)]
  return {
    ...hop,
    via: before ? [...before.via, nameOfHop(before)] : [],
    key: `${hop.user}@${hop.address.toLowerCase()}:${hop.port} (${sign.join(' ').trim()})${way}`,
  }
}

/** Names a hop as part of the route to another one. */
function nameOfHop({ user, address, port }: PlannedHop): string {
  return `${user}@${address.toLowerCase()}:${port}`
}

/** Different options mean a different login: sharing a connection must not grant one host's permissions to another. */
function digest(options: HopOptions): string {
  const text = JSON.stringify(options)
  return text === defaultText ? '' : createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

const defaultText = JSON.stringify(usualOptions)
