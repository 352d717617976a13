import { randomUUID } from 'node:crypto'

import {
  group as groupSchema,
  host as hostSchema,
  type Group,
  type GroupId,
  type Host,
  type HostId,
} from '../../shared/contract/hosts.ts'
import type { ImportedHost } from '../../shared/contract/imports.ts'
import type { Hop } from '../../shared/contract/targets.ts'

/** The existing hosts and groups, and where new hosts go. */
export interface PlacesNow {
  /** The saved hosts and those of the config. */
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly groupId: GroupId | null
  /** The possible jump hosts, if there are more than the hosts. */
  readonly jumpable?: readonly Host[]
  /** Keeps agent forwarding, for hosts of the user's own config. Off by default: a foreign file must not enable it. */
  readonly keepsTrust?: boolean
}

/** The hosts, groups and forwards to save. */
export interface Placed {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  /** The forwards of new hosts, in the syntax of ssh(1). */
  readonly forwards: readonly { readonly hostId: HostId; readonly label: string; readonly specs: readonly string[] }[]
  readonly added: number
  readonly there: number
}

/**
 * Turns imported hosts into saved ones: groups are matched by name, jump hosts by address; existing hosts stay. Pure
 * except for new IDs.
 */
export function placeHosts(imported: readonly ImportedHost[], now: PlacesNow): Placed {
  const place = new Placing(imported, now)
  for (const each of imported) place.add(each)
  return place.placed
}

class Placing {
  readonly #hosts: Host[] = []
  readonly #groups: Group[] = []
  readonly #forwards: { hostId: HostId; label: string; specs: readonly string[] }[] = []
  readonly #now: PlacesNow
  #added = 0
  #existing = 0

  /** The saved host for each imported one; null while it is being placed. */
  readonly #placedAs = new Map<ImportedHost, Host | null>()
  readonly #imported: readonly ImportedHost[]

  constructor(imported: readonly ImportedHost[], now: PlacesNow) {
    this.#imported = imported
    this.#now = now
  }

  get placed(): Placed {
    return {
      hosts: this.#hosts,
      groups: this.#groups,
      forwards: this.#forwards,
      added: this.#added,
      there: this.#existing,
    }
  }

  add(imported: ImportedHost): Host | null {
    const placed = this.#placedAs.get(imported)
    if (placed !== undefined) return placed
    this.#placedAs.set(imported, null)
    const { label, groups, jumps, forwards, note: _note, ...rest } = imported
    const jumpHostId = this.#jump(jumps)
    const same = [...this.#now.hosts, ...this.#hosts].find(
      host => isAt(host, imported) && host.jumpHostId === jumpHostId && isCalled(host.label, label),
    )
    if (same) {
      this.#existing++
      this.#placedAs.set(imported, same)
      return same
    }
    const host = hostSchema.parse({
      ...rest,
      // Agent forwarding and weak algorithms give power to the host's administrator or to attackers on the network, so
      // only the user can enable them.
      forwardAgent: this.#now.keepsTrust === true && rest.forwardAgent,
      weakAlgorithms: this.#now.keepsTrust === true && rest.weakAlgorithms,
      id: randomUUID(),
      label: this.#freeLabel(label),
      groupId: this.#group(groups),
      jumpHostId,
    })
    this.#hosts.push(host)
    this.#placedAs.set(imported, host)
    this.#added++
    if (forwards.length > 0) this.#forwards.push({ hostId: host.id, label: host.label, specs: forwards })
    return host
  }

  /** Returns the jump host for a list of hops, each reached through the one before. */
  #jump(hops: readonly Hop[]): HostId | null {
    let before: HostId | null = null
    for (const hop of hops)
      before = (this.#named(hop, before) ?? this.#among(hop, before) ?? this.#newHop(hop, before)).id
    return before
  }

  /** Finds a host with the hop's name, if the hop says nothing else: hosts of this import first. */
  #named({ address, port, user }: Hop, before: HostId | null): Host | undefined {
    if (port !== null || user !== null || before !== null) return undefined
    const imported = this.#imported.find(each => each.label === address)
    return (imported && this.add(imported)) ?? this.#jumpable().find(host => host.label === address)
  }

  #among(hop: Hop, jumpHostId: HostId | null): Host | undefined {
    const imported = this.#imported.find(each => isAt(each, hop) && each.jumps.length === 0)
    const placed = jumpHostId === null && imported ? this.add(imported) : null
    return placed ?? this.#jumpable().find(host => isAt(host, hop) && host.jumpHostId === jumpHostId)
  }

  #jumpable(): readonly Host[] {
    return [...this.#hosts, ...(this.#now.jumpable ?? this.#now.hosts)]
  }

  #newHop(hop: Hop, jumpHostId: HostId | null): Host {
    const label = this.#freeLabel(hop.address)
    const host = hostSchema.parse({ id: randomUUID(), label, ...hop, jumpHostId, groupId: this.#now.groupId })
    this.#hosts.push(host)
    return host
  }

  #group(names: readonly string[]): GroupId | null {
    let parentId = this.#now.groupId
    for (const label of names) {
      const there = [...this.#now.groups, ...this.#groups].find(
        group => group.label === label && group.parentId === parentId,
      )
      const group = there ?? groupSchema.parse({ id: randomUUID(), label, parentId })
      if (!there) this.#groups.push(group)
      parentId = group.id
    }
    return parentId
  }

  #freeLabel(label: string): string {
    const taken = new Set(this.#all().map(host => host.label))
    if (!taken.has(label)) return label
    for (let number = 2; ; number++) {
      const name = `${label.slice(0, 120)} ${number}`
      if (!taken.has(name)) return name
    }
  }

  #all(): readonly Host[] {
    return [...this.#now.hosts, ...this.#hosts]
  }
}

function isAt(a: Hop, b: Hop): boolean {
  return a.address.toLowerCase() === b.address.toLowerCase() && (a.port ?? 22) === (b.port ?? 22) && a.user === b.user
}

/** True if a label equals the wanted one, apart from a number added because it was taken. */
function isCalled(label: string, wanted: string): boolean {
  return label === wanted || label.replace(/ \d+$/, '') === wanted
}
