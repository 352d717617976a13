import type { Side } from '../../shared/contract/files.ts'
import type { Host } from '../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { useHosts } from './hosts.ts'

/** A host's name, `user@address`, or the local shell. */
export function labelOf(target: Target): string {
  return labelAmong(target, useHosts.getState().book.hosts)
}

/** The same, with hosts that may not be mirrored yet. */
export function labelAmong(target: Target, hosts: readonly Host[]): string {
  if (target.kind === 'local') return 'Local shell'
  if (target.kind === 'address') return shownTarget(target)
  return hosts.find(host => host.id === target.hostId)?.label ?? 'Deleted host'
}

/** The computer of a side of files, in the middle of a sentence: `gpu-box`, `gpu-box as root`, `this computer`. */
export function sideAmong({ target, root }: Side, hosts: readonly Host[]): string {
  const name = target.kind === 'local' ? 'this computer' : labelAmong(target, hosts)
  return root ? `${name} as root` : name
}

/** `user@address`, with the port where it is not 22. */
export function shownTarget(target: Extract<Target, { kind: 'address' }>): string {
  const host = target.port !== null && target.address.includes(':') ? `[${target.address}]` : target.address
  return `${target.user === null ? '' : `${target.user}@`}${host}${target.port === null || target.port === 22 ? '' : `:${target.port}`}`
}

/** What ssh and scp are given for a target: `user@address` and its port. */
export interface Login {
  readonly text: string
  readonly port: number | null
}

/** The login that reaches a target; null for this computer and for a host that was deleted. */
export function loginOf(target: Target): Login | null {
  if (target.kind === 'local') return null
  const at = (user: string | null, address: string) => (user === null ? address : `${user}@${address}`)
  if (target.kind === 'address') return { text: at(target.user, target.address), port: target.port }
  const { hosts, groups } = useHosts.getState().book
  const host = hosts.find(each => each.id === target.hostId)
  if (!host) return null
  return { text: at(host.user ?? inheritedFrom(host.groupId, groups).user, host.address), port: host.port }
}
