import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Group, GroupId, Host, HostBook } from '../../shared/contract/hosts.ts'
import { groupChain } from '../../shared/contract/inheritance.ts'
import type { Follow } from '../ipc/mirror.ts'

interface HostsMirror {
  readonly book: HostBook
  readonly loaded: boolean
}

export const useHosts = create<HostsMirror>()(() => ({
  book: { hosts: [], groups: [], secrets: {}, config: { path: '', notes: [], hosts: {}, left: 0 } },
  loaded: false,
}))

/** Mirrors main's hosts. */
export function mirrorHosts({ hosts }: Api, follow: Follow): Disposable {
  const show = (book: HostBook) => useHosts.setState({ book, loaded: true })
  return follow({ name: 'the hosts', list: hosts.list, onChanged: hosts.onChanged, show })
}

/** A group's name with those around it: `Lab / GPU boxes`. */
export function groupPath(id: GroupId | null, groups: readonly Group[]): string {
  return groupChain(id, groups)
    .map(group => group.label)
    .toReversed()
    .join(' / ')
}

/** `user@address:port` as a card shows it. */
export function shownAddress(host: Host): string {
  return `${host.user === null ? '' : `${host.user}@`}${host.address}${host.port === null || host.port === 22 ? '' : `:${host.port}`}`
}
