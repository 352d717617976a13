import { z } from 'zod'

import { printForwardSpec, type ForwardSpec } from '../../shared/base/forward-spec.ts'
import { savedForward, type Endpoint, type Forward } from '../../shared/contract/forwards.ts'
import {
  address,
  group as groupSchema,
  host as hostSchema,
  type Group,
  type Host,
  type HostId,
} from '../../shared/contract/hosts.ts'
import { groupChain, inheritedFrom } from '../../shared/contract/inheritance.ts'
import { appendSection, type ConfigChange } from '../ssh-config/config-edit.ts'
import { Collector, type Found } from './imported.ts'

/** The exported data, which never includes secrets. */
export interface ExportData {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly forwards: readonly Forward[]
  readonly [other: string]: unknown
}

const exported = z.object({
  format: z.literal('hawser'),
  version: z.int().min(1),
  hosts: z.array(hostSchema).max(10_000),
  groups: z.array(groupSchema).max(1_000),
  forwards: z.array(savedForward).max(1_000).default([]),
})

/** Prints all data as readable JSON. */
export function printJson(data: ExportData, now: Date): string {
  const { hosts, groups, forwards, ...others } = data
  const whole = { format: 'hawser', version: 1, exported: now.toISOString(), hosts, groups, forwards, ...others }
  return `${JSON.stringify(whole, null, 2)}\n`
}

/** Reads the hosts, groups and forwards of an export; null for any other file. */
export function readExport(text: string): Found | null {
  let data: z.output<typeof exported>
  try {
    data = exported.parse(JSON.parse(text))
  } catch {
    return null
  }
  const collect = new Collector()
  for (const host of data.hosts) {
    const inherited = inheritedFrom(host.groupId, data.groups)
    collect.add({
      label: host.label,
      address: host.address,
      port: host.port,
      user: host.user ?? inherited.user ?? '',
      keyFile: host.keyFile ?? inherited.keyFile ?? '',
      jumps: jumpOf(host, data),
      own: { signIn: host.signIn, weakAlgorithms: host.weakAlgorithms, favourite: host.favourite, look: host.look },
      groups: groupChain(host.groupId, data.groups)
        .map(({ label }) => label)
        .toReversed(),
      tags: host.tags,
      proxy: host.proxy ?? inherited.proxy,
      forwardAgent: host.forwardAgent,
      forwards: forwardsOf(host.id, data.forwards),
    })
  }
  return collect.found
}

/** Prints all hosts as ssh_config(5), each name once; unsupported settings become comments. */
export function printSshConfig({ hosts, groups, forwards }: ExportData, now: Date): string {
  const names = uniqueNames(hosts)
  let text = `# Hosts exported from Hawser, ${now.toISOString().slice(0, 10)}\n`
  for (const host of hosts) {
    const inherited = inheritedFrom(host.groupId, groups)
    const jump = names.get((host.jumpHostId ?? inherited.jumpHostId) as HostId)
    const proxy = host.proxy ?? inherited.proxy
    const settings: ConfigChange[] = [
      ['hostname', host.address],
      ['port', host.port === null ? null : String(host.port)],
      ['user', host.user ?? inherited.user],
      ['identityfile', vaultless(host.keyFile ?? inherited.keyFile)],
      ['proxyjump', jump ?? null],
      ['forwardagent', host.forwardAgent ? 'yes' : null],
    ]
    text = appendSection(text, names.get(host.id) as string, settings)
    for (const spec of forwardsOf(host.id, forwards)) text += `  ${configForward(spec)}\n`
    if (proxy) text += `  # Connects through the ${proxy.kind} proxy ${proxy.address}:${proxy.port}\n`
    if (host.weakAlgorithms) text += '  # Weak algorithms were allowed\n'
  }
  return text
}

function uniqueNames(hosts: readonly Host[]): ReadonlyMap<HostId, string> {
  const names = new Map<HostId, string>()
  const taken = new Set<string>()
  for (const { id, label } of hosts) {
    const plain = label.replace(/[\s"'\\#*?!,]+/g, '-').replace(/^-+|-+$/g, '') || 'host'
    let name = plain
    for (let number = 2; taken.has(name); number++) name = `${plain}-${number}`
    taken.add(name)
    names.set(id, name)
  }
  return names
}

function vaultless(keyFile: string | null): string | null {
  return keyFile?.startsWith('vault:') === true ? null : keyFile
}

/** Returns the jump host by its label, if that works as a name, since it is in the same file. */
function jumpOf(host: Host, { hosts, groups }: { hosts: readonly Host[]; groups: readonly Group[] }) {
  const id = host.jumpHostId ?? inheritedFrom(host.groupId, groups).jumpHostId
  const jump = hosts.find(each => each.id === id)
  if (!jump || jump === host) return []
  if (address.safeParse(jump.label).success) return [{ address: jump.label, port: null, user: null }]
  return [{ address: jump.address, port: jump.port, user: jump.user ?? inheritedFrom(jump.groupId, groups).user }]
}

function forwardsOf(id: HostId, forwards: readonly Forward[]): readonly string[] {
  return forwards.flatMap(forward => {
    const { target, kind, listen, to } = forward
    if (target.kind !== 'host' || target.hostId !== id) return []
    const end = (at: Endpoint): ForwardSpec['listen'] =>
      at.kind === 'unix' ? at : { kind: 'tcp', address: at.address, port: at.port }
    return [printForwardSpec({ kind, listen: end(listen), to: to && end(to) })]
  })
}

/** Converts `-L 8080:localhost:80` to a line of ssh_config(5). */
function configForward(flag: string): string {
  const [, letter, rest = ''] = /^-([LRD]) (.*)$/.exec(flag) ?? []
  const keyword = ({ L: 'LocalForward', R: 'RemoteForward', D: 'DynamicForward' } as const)[letter as 'L' | 'R' | 'D']
  if (letter === 'D') return `${keyword} ${rest}`
  const parts = rest.match(/\[[^\]]*\]|[^:]+/g) ?? []
  const target = parts.at(-1)?.startsWith('/') === true ? 1 : 2
  const [listen, to] = [parts.slice(0, -target).join(':'), parts.slice(-target).join(':')]
  return `${keyword} ${listen} ${to}`
}
