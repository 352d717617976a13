import { z } from 'zod'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Services } from '../../shared/contract/contract.ts'
import {
  group,
  host,
  hostId,
  hostNotes,
  proxy,
  type Group,
  type Host,
  type HostBook,
  type HostId,
  type HostSecret,
} from '../../shared/contract/hosts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { hostPasswordName, pastedKeyName } from '../storage/secret-names.ts'
import type { JsonFile } from '../storage/json-file.ts'
import type { ResolvedHost } from '../ssh-config/resolved.ts'
import type { LiveConfig } from '../ssh-config/live-config.ts'
import type { Vault } from '../storage/vault.ts'
import { ConfigHosts } from './config-hosts.ts'

type Contract = Services['hosts']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

// Earlier versions allowed more characters in these names than are dialed today: such a host is still listed, so that
// it can be corrected.
const storedName = { user: z.string().max(128).nullable().default(null) }
const storedAddress = { address: z.string().max(255) }
const storedProxy = { proxy: proxy.extend(storedAddress).nullable().default(null) }
const storedHost = host.extend({ ...storedName, ...storedAddress, ...storedProxy })

/** The file of hosts and groups; no secrets. `removed` lists deleted hosts whose secrets are still to be deleted. */
export const hostFile = z.strictObject({
  hosts: z.array(storedHost).max(10_000),
  groups: z.array(group.extend({ ...storedName, ...storedProxy })).max(1_000),
  removed: z.array(hostId).max(10_000).default([]),
  /** By name: the user's additions to config hosts. Kept when a name disappears, since it may come back. */
  configured: z.record(z.string().max(1024), hostNotes).default({}),
})
export type HostFile = z.output<typeof hostFile>

/** Owns the saved hosts, their groups, and which of them have secrets in the vault. */
export class HostService implements Contract {
  readonly #changed = new Emitter<HostBook>()
  readonly onChanged = this.#changed.event
  readonly #file: JsonFile<HostFile>
  readonly #vault: Vault
  // Deleted in an earlier run; deletions of this run can still be undone.
  #toSweep: ReadonlySet<HostId>

  readonly onConfigChanged: LiveConfig['onChanged']
  readonly #config: ConfigHosts
  #all: readonly Host[] | undefined

  constructor(file: JsonFile<HostFile>, vault: Vault, config: LiveConfig) {
    this.#file = file
    this.#config = new ConfigHosts(config)
    this.onConfigChanged = config.onChanged
    config.onChanged(() => this.#announce())
    this.#vault = vault
    this.#toSweep = new Set(file.value.removed)
    vault.onChanged(() => this.#announce())
  }

  /** The saved hosts and those of the SSH config. */
  get hosts(): readonly Host[] {
    this.#all ??= [...this.saved, ...this.#config.list(name => this.#file.value.configured[name])]
    return this.#all
  }

  get saved(): readonly Host[] {
    return this.#file.value.hosts
  }

  /** The hosts of the SSH config with everything it defines for them. */
  get configured(): readonly { readonly id: HostId; readonly found: ResolvedHost }[] {
    return this.#config.resolved()
  }

  /** The name of a host that comes from the SSH config; null for other hosts. */
  configName(id: HostId): string | null {
    return this.#config.nameOf(id)
  }

  get groups(): readonly Group[] {
    return this.#file.value.groups
  }

  /** The name of a target for people. */
  nameOf(target: Target): string {
    if (target.kind === 'local') return 'This computer'
    if (target.kind === 'address') return `${target.user === null ? '' : `${target.user}@`}${target.address}`
    return this.hosts.find(host => host.id === target.hostId)?.label ?? 'Deleted host'
  }

  /** Whether a lost terminal of a target reconnects automatically; null follows the settings. */
  reconnects(target: Target): boolean | null {
    return target.kind === 'host' ? (this.hosts.find(({ id }) => id === target.hostId)?.reconnect ?? null) : null
  }

  list(): HostBook {
    return this.#book()
  }

  async save({ host }: Input<'save'>): Promise<void> {
    this.#checkReferences(host)
    const name = this.configName(host.id)
    if (name !== null) return this.#note(name, host)
    const removed = this.#file.value.removed.filter(id => id !== host.id)
    await this.#store({ ...this.#file.value, hosts: put(this.saved, host), removed })
  }

  /** Saves several hosts and groups at once. */
  async saveAll(more: { readonly hosts: readonly Host[]; readonly groups: readonly Group[] }): Promise<void> {
    const { hosts, groups } = this.#file.value
    await this.#store({
      ...this.#file.value,
      hosts: more.hosts.reduce<Host[]>(put, [...hosts]),
      groups: more.groups.reduce<Group[]>(put, [...groups]),
    })
  }

  editConfig({ id, changes }: Input<'editConfig'>): Promise<void> {
    return this.#config.edit(id, changes)
  }

  async remove({ id }: Input<'remove'>): Promise<void> {
    if (this.configName(id) !== null)
      throw new AppError('invalid-input', 'This host is defined in the SSH config. Delete its lines there.')
    const hosts = this.saved.filter(host => host.id !== id)
    if (hosts.length === this.saved.length) throw new AppError('not-found', 'This host was already deleted.')
    await this.#store({ ...this.#file.value, hosts, removed: [...this.#file.value.removed, id] })
  }

  async setSecret({ id, kind, secret }: Input<'setSecret'>): Promise<void> {
    await this.#vault.set(secretName(id, kind), secret === '' ? null : secret)
    this.#announce()
  }

  async saveGroup({ group }: Input<'saveGroup'>): Promise<void> {
    if (isInside(group.parentId, group.id, this.groups))
      throw new AppError('invalid-input', 'A group can’t be moved into itself.')
    await this.#store({ ...this.#file.value, groups: put(this.groups, group) })
  }

  async removeGroup({ id }: Input<'removeGroup'>): Promise<void> {
    const gone = this.groups.find(group => group.id === id)
    if (!gone) throw new AppError('not-found', 'This group was already deleted.')
    await this.#store({
      ...this.#file.value,
      hosts: this.saved.map(host => (host.groupId === id ? { ...host, groupId: gone.parentId } : host)),
      configured: Object.fromEntries(
        Object.entries(this.#file.value.configured).map(([name, notes]) => [
          name,
          notes.groupId === id ? { ...notes, groupId: gone.parentId } : notes,
        ]),
      ),
      groups: this.groups
        .filter(group => group.id !== id)
        .map(group => (group.parentId === id ? { ...group, parentId: gone.parentId } : group)),
    })
  }

  /** Notes that a host was used just now. */
  async touch(id: HostId, now: number): Promise<void> {
    const used = this.hosts.find(host => host.id === id)
    if (!used) return
    const name = this.configName(id)
    if (name !== null) await this.#note(name, { ...used, lastUsed: now })
    else await this.#store({ ...this.#file.value, hosts: put(this.saved, { ...used, lastUsed: now }) })
  }

  async #note(name: string, { groupId, tags, favourite, look, reconnect, keepAlive, lastUsed }: Host): Promise<void> {
    const notes = { groupId, tags, favourite, look, reconnect, keepAlive, lastUsed }
    await this.#store({ ...this.#file.value, configured: { ...this.#file.value.configured, [name]: notes } })
  }

  /** Deletes the secrets of hosts that were deleted in an earlier run from an open vault; others are never affected. */
  async sweepSecrets(): Promise<void> {
    const gone = new Set([...this.#toSweep].filter(id => this.#file.value.removed.includes(id)))
    this.#toSweep = new Set()
    if (gone.size === 0) return
    await this.#vault.sweep(name => !gone.has(/^host:([^:]+):/.exec(name)?.[1] as HostId))
    await this.#store({ ...this.#file.value, removed: this.#file.value.removed.filter(id => !gone.has(id)) })
  }

  #checkReferences(saved: Host): void {
    if (saved.jumpHostId === saved.id) throw new AppError('invalid-input', 'A host can’t be its own jump host.')
    if (saved.groupId !== null && !this.groups.some(group => group.id === saved.groupId)) {
      throw new AppError('not-found', 'The group of this host was deleted. Choose another group.')
    }
  }

  async #store(next: HostFile): Promise<void> {
    const saved = this.#file.save(next)
    this.#announce()
    await saved
  }

  #announce(): void {
    this.#all = undefined
    this.#changed.fire(this.#book())
  }

  #book(): HostBook {
    const names = new Set(this.#vault.names())
    const kinds: readonly HostSecret[] = ['password', 'private-key']
    const secrets = this.hosts.map(({ id }) => [id, kinds.filter(kind => names.has(secretName(id, kind)))] as const)
    return {
      hosts: this.hosts,
      groups: this.groups,
      secrets: Object.fromEntries(secrets.filter(([, kept]) => kept.length > 0)),
      config: this.#config.overview(),
    }
  }
}

function secretName(id: HostId, kind: HostSecret): string {
  return kind === 'private-key' ? pastedKeyName(id) : hostPasswordName(id)
}

function put<T extends { readonly id: string }>(list: readonly T[], item: T): T[] {
  return list.some(other => other.id === item.id)
    ? list.map(other => (other.id === item.id ? item : other))
    : [...list, item]
}

function isInside(id: string | null, outer: string, groups: readonly Group[]): boolean {
  for (let next = id, steps = 0; next !== null && steps <= groups.length; steps++) {
    if (next === outer) return true
    const current: string = next
    next = groups.find(group => group.id === current)?.parentId ?? null
  }
  return false
}
