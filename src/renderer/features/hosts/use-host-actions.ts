import { useMemo } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { GroupId, Host, HostId } from '../../../shared/contract/hosts.ts'
import { copyText } from '../../mirrors/copy-text.ts'
import { shownAddress, useHosts } from '../../mirrors/hosts.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import type { DoorContext } from '../../workspace/door.ts'
import { openFiles, showFiles } from '../../workspace/files-tabs.ts'
import type { HostActions } from './host-actions.ts'
import { openTyped } from './open-typed.ts'

/** What the page of hosts does with them. */
export function useHostActions(context: DoorContext): HostActions {
  return useMemo(() => {
    const { api, doors, requests } = context
    const quietly = (work: Promise<unknown>) => void work.catch(reportProblem)
    return {
      connect: host => requests.openTerminal(targetOf(host)),
      connectTo: typed => openTyped(context, typed),
      save: host => quietly(api.hosts.save({ host })),
      duplicate: host =>
        quietly(
          api.hosts.save({
            host: { ...host, id: crypto.randomUUID() as HostId, label: copyName(host.label), lastUsed: null },
          }),
        ),
      remove: host => removeHost(api, host),
      removeGroup: id => quietly(removeGroup(api, id)),
      foldGroup: (id, folded) => {
        const group = useHosts.getState().book.groups.find(each => each.id === id)
        if (group) quietly(api.hosts.saveGroup({ group: { ...group, folded } }))
      },
      openFiles: host => void openFiles({ side: { target: targetOf(host), root: false }, path: null }),
      sendHome: (host, { side, paths }) => {
        const to = { target: targetOf(host), root: false }
        const sent = api.files
          .reach({ side: to })
          .then(({ home }) =>
            api.transfers.enqueue({ from: { side, paths: [...paths] }, to: { side: to, path: home } }),
          )
          .then(() => showNotice(`Copying to the home folder on ${host.label}.`, { label: 'Show', run: showFiles }))
        quietly(sent)
      },
      menus: doors.flatMap(({ hostMenu }) => hostMenu ?? []),
      lines: doors.flatMap(({ onCard }) => onCard ?? []),
      copyConfigured: host =>
        quietly(
          api.imports
            .addConfigured({ ids: [host.id] })
            .then(({ added }) => showNotice(added > 0 ? `Imported ${host.label}.` : `${host.label} already exists.`)),
        ),
      pasteAddress: host =>
        quietly(
          api.app
            .paste({ from: 'clipboard' })
            .then(text => api.imports.readdress({ id: host.id, text }))
            .then(() => showNotice(`Updated the address of ${host.label} from the clipboard.`)),
        ),
      copyAddress: host => copyText(api, shownAddress(host)),
      openConfig: (path, line) => requests.editLocalFile(path, line),
      openLocal: () => requests.openTerminal({ kind: 'local' }),
    }
  }, [context])
}

function targetOf({ id }: Host) {
  return { kind: 'host', hostId: id } as const
}

/** Deletes a host, with the way back. */
export function removeHost(api: Api, host: Host): void {
  const undo = { label: 'Undo', run: () => void api.hosts.save({ host }).catch(reportProblem) }
  void api.hosts
    .remove({ id: host.id })
    .then(() => showNotice(`Deleted ${host.label}.`, undo))
    .catch(reportProblem)
}

/** Takes a group away, with the way back. */
async function removeGroup(api: Api, id: GroupId): Promise<void> {
  const { groups, hosts } = useHosts.getState().book
  const gone = groups.find(group => group.id === id)
  if (!gone) return
  const members = hosts.filter(host => host.groupId === id)
  const inner = groups.filter(group => group.parentId === id)
  const bringBack = async () => {
    await api.hosts.saveGroup({ group: gone })
    for (const group of inner) await api.hosts.saveGroup({ group })
    for (const host of members) await api.hosts.save({ host })
  }
  await api.hosts.removeGroup({ id })
  showNotice(`Deleted ${gone.label}. Its hosts were kept.`, {
    label: 'Undo',
    run: () => void bringBack().catch(reportProblem),
  })
}

function copyName(label: string): string {
  const { hosts } = useHosts.getState().book
  const names = new Set(hosts.map(host => host.label))
  for (let number = 2; ; number++) {
    const name = `${label.replace(/ \d+$/, '')} ${number}`
    if (!names.has(name)) return name
  }
}
