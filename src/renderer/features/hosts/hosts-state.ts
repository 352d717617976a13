import { create } from 'zustand'

import type { Group, GroupId, Host, HostBook, HostId } from '../../../shared/contract/hosts.ts'
import { groupPath } from '../../mirrors/hosts.ts'
import { fuzzyFind } from '../../ui/fuzzy.ts'

/** The object that is open in a dialog. */
export type Editing =
  | {
      readonly kind: 'host'
      readonly host: Host | null
      readonly preset?: Partial<Host>
      /** Called once a new host is saved. */
      readonly onSaved?: (id: HostId) => void
    }
  | { readonly kind: 'group'; readonly group: Group | null }
  | { readonly kind: 'import' }

interface HostsView {
  readonly filter: string
  readonly selected: HostId | null
  readonly editing: Editing | null
}

export const useHostsView = create<HostsView>()(() => ({
  filter: '',
  selected: null,
  editing: null,
}))

export function selectHost(id: HostId | null): void {
  useHostsView.setState({ selected: id })
}

export function edit(editing: Editing | null): void {
  useHostsView.setState({ editing })
}

/** A section of the page: a heading and its hosts. */
export interface Section {
  readonly id: string
  readonly label: string
  readonly group: Group | null
  readonly hosts: readonly Host[]
}

// Cached per host: every key searches a thousand of them.
const texts = new WeakMap<Host, string>()

function textOf(host: Host): string {
  const known = texts.get(host)
  if (known !== undefined) return known
  const text = [host.label, host.user === null ? '' : `${host.user}@`, host.address, ...host.tags].join(' ')
  texts.set(host, text)
  return text
}

/** The hosts that match, best first; all of them for an empty filter. Pure. */
export function matchingHosts(hosts: readonly Host[], filter: string): readonly Host[] {
  return fuzzyFind(hosts, filter, textOf)
}

// With fewer hosts all of them are visible anyway.
const recentFrom = 9
const recentCount = 3

/** The heading of the hosts in ~/.ssh/config. */
const configSection = 'SSH config'

/** Favourites, recently used hosts if there are many, groups by path, then other hosts; each host once. Pure. */
export function sectionsOf(
  hosts: readonly Host[],
  { groups, config }: Pick<HostBook, 'groups' | 'config'>,
  filtered: boolean,
): readonly Section[] {
  const favourites = hosts.filter(host => host.favourite)
  const recent =
    filtered || hosts.length < recentFrom
      ? []
      : hosts
          .filter(host => !host.favourite && host.lastUsed !== null)
          .toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0))
          .slice(0, recentCount)
  const left = hosts.filter(host => !host.favourite && !recent.includes(host))
  const named = groups
    .map(group => ({
      id: group.id as string,
      label: groupPath(group.id, groups),
      group,
      hosts: left.filter(host => host.groupId === group.id),
    }))
    .toSorted((a, b) => a.label.localeCompare(b.label))
  const known = new Set<GroupId>(groups.map(group => group.id))
  const rest = left.filter(host => host.groupId === null || !known.has(host.groupId))
  const configured = rest.filter(host => host.id in config.hosts)
  const own = rest.filter(host => !(host.id in config.hosts))
  const label = groups.length > 0 || configured.length > 0 ? 'Other hosts' : 'Hosts'
  const sections: readonly Section[] = [
    { id: 'favourites', label: 'Favourites', group: null, hosts: favourites },
    { id: 'recent', label: 'Recently used', group: null, hosts: recent },
    ...named,
    { id: 'ungrouped', label, group: null, hosts: own },
    { id: 'config', label: configSection, group: null, hosts: configured },
  ]
  return sections.filter(section => section.hosts.length > 0 || (section.group !== null && !filtered))
}
