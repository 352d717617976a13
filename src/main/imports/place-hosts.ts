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
import type { Hop } from '../../shared/contract/terminals.ts'

/** What there is, and where new hosts go. */
export interface PlacesNow {
  /** Saved ones and those of the config. */
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly groupId: GroupId | null
}

/** What is to be saved. */
export interface Placed {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  /** The forwards of new hosts, in the words of ssh(1). */
  readonly forwards: readonly { readonly hostId: HostId; readonly label: string; readonly specs: readonly string[] }[]
  readonly added: number
  readonly there: number
}

/** Turns imported hosts into saved ones: groups by their names, jump hosts by their addresses; what is there already stays. Pure but for new ids. */
export function placeHosts(imported: readonly ImportedHost[], now: PlacesNow): Placed {
  const place = new Placing(now)
  for (const each of imported) place.add(each)
  return place.placed
}

class Placing {
  readonly #hosts: Host[] = []
  readonly #groups: Group[] = []
  readonly #forwards: { hostId: HostId; label: string; specs: readonly string[] }[] = []
  readonly #now: PlacesNow
  #added = 0
  #there = 0

  constructor(now: PlacesNow) {
    this.#now = now
  }

  get placed(): Placed {
    return {
      hosts: this.#hosts,
      groups: this.#groups,
      forwards: this.#forwards,
      added: this.#added,
      there: this.#there,
    }
  }

  add(imported: ImportedHost): void {
    const { label, address, port, user, keyFile, tags, proxy, forwardAgent } = imported
    const jumpHostId = this.#jump(imported.jumps)
    const same = this.#find({ address, port, user }, jumpHostId)
    if (same && same.label === label) {
      this.#there++
      return
    }
    const host = hostSchema.parse({
      id: randomUUID(),
      label: this.#freeLabel(label),
      address,
      port,
      user,
      groupId: this.#group(imported.groups),
      signIn: 'ask',
      keyFile,
      jumpHostId,
      tags,
      proxy,
      forwardAgent,
    })
    this.#hosts.push(host)
    this.#added++
    if (imported.forwards.length > 0)
      this.#forwards.push({ hostId: host.id, label: host.label, specs: imported.forwards })
  }

  /** The host to jump by: each hop leads to the next. */
  #jump(hops: readonly Hop[]): HostId | null {
    let before: HostId | null = null
    for (const hop of hops)
      before = (this.#named(hop, before) ?? this.#find(hop, before) ?? this.#newHop(hop, before)).id
    return before
  }

  /** A host that is called like the hop, when the hop says nothing else. */
  #named({ address, port, user }: Hop, before: HostId | null): Host | undefined {
    if (port !== null || user !== null || before !== null) return undefined
    return this.#all().find(host => host.label === address)
  }

  #find({ address, port, user }: Hop, jumpHostId: HostId | null): Host | undefined {
    return this.#all().find(
      host =>
        host.address.toLowerCase() === address.toLowerCase() &&
        (host.port ?? 22) === (port ?? 22) &&
        host.user === user &&
        host.jumpHostId === jumpHostId,
    )
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
