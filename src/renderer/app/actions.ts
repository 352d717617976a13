import type { Api } from '../../shared/contract/contract.ts'
import type { Group, GroupId, Host, HostId, HostSecret } from '../../shared/contract/hosts.ts'
import type { Side as FileSide } from '../../shared/contract/files.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { resolvePath } from '../../shared/base/paths.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import { noExtra, type PastedExtra } from '../features/hosts/pasted-command.ts'
import { parseQuickConnect, type TypedAddress } from '../features/hosts/quick-connect.ts'
import type { Terminals } from '../features/terminals/terminals.ts'
import { isLive, useTerminalStates } from '../mirrors/terminals.ts'
import type { Side } from '../workspace/split-tree.ts'
import { openFiles, showFiles, shownTab } from '../workspace/files-tabs.ts'
import { activePane, activeTab, openTab, splitActive } from '../workspace/workspace-store.ts'
import { labelOf } from '../mirrors/targets.ts'

/** What features ask of each other: they meet here. */
export interface Actions {
  openTerminal(target: Target): void
  openAddress(address: string): void
  /** A terminal, or the files at the path, as the address says. */
  openTyped(typed: TypedAddress): void
  connect(host: Host): void
  /** Opens a terminal that goes to a folder first. */
  openTerminalIn(target: Target, folder: string): void
  /** Shows this computer's files beside those of a host. */
  openFiles(target: Target): void
  /** Sends files of this computer or of a host to the home of another host. */
  sendHome(host: Host, files: { readonly side: FileSide; readonly paths: readonly string[] }): void
  split(side: Side): void
  duplicateTab(): void
  saveHost(host: Host, secrets?: Readonly<Partial<Record<HostSecret, string>>>, extra?: PastedExtra): Promise<void>
  removeHost(host: Host): void
  duplicateHost(host: Host): void
  saveGroup(group: Group): Promise<void>
  removeGroup(id: GroupId): void
  copy(text: string): void
}

export function createActions({ api, terminals }: { api: Api; terminals: Terminals }): Actions {
  const openTerminal = (target: Target) => {
    const pane = openTab(target, labelOf(target))
    // After the pane is drawn: its size goes with the request.
    requestAnimationFrame(() => void terminals.open(pane.id, pane.target))
  }
  const quietly = (work: Promise<unknown>) => void work.catch(tellProblem)
  const openTyped = (typed: TypedAddress) =>
    typed.opens === 'terminal' ? openTerminal(typed.target) : quietly(openFilesAt(api, typed))
  return {
    openTerminal,
    openTyped,
    connect: host => openTerminal({ kind: 'host', hostId: host.id }),
    openTerminalIn: (target, folder) => openTerminalIn({ api, terminals }, target, folder),
    openFiles: target => void openFiles({ side: { target, root: false }, path: null }),
    sendHome: (host, { side, paths }) => {
      const to = { target: { kind: 'host' as const, hostId: host.id }, root: false }
      const sent = api.files
        .reach({ side: to })
        .then(({ home }) => api.transfers.enqueue({ from: { side, paths: [...paths] }, to: { side: to, path: home } }))
        .then(() => tell(`Copying to the home folder on ${host.label}.`, { label: 'Show', run: showFiles }))
      quietly(sent)
    },
    openAddress: address => {
      const typed = parseQuickConnect(address)
      if (typed.kind === 'address') openTyped(typed)
      else tellProblem(typed.kind === 'wrong' ? typed.message : `${address} is not an address.`)
    },
    split: side => {
      const pane = splitActive(side)
      if (pane) requestAnimationFrame(() => void terminals.open(pane.id, pane.target))
    },
    duplicateTab: () => {
      const tab = activeTab()
      const pane = activePane()
      if (pane) openTerminal(pane.target)
      else if (tab?.kind === 'files') openFiles(shownTab(tab.right))
    },
    saveHost: async (host, secrets = {}, { jumps, forwards } = noExtra) => {
      const jumpHostId = jumps.length > 0 ? await api.imports.jumpHost({ jumps: [...jumps] }) : host.jumpHostId
      await api.hosts.save({ host: { ...host, jumpHostId } })
      if (forwards.length > 0) await api.imports.addForwards({ id: host.id, forwards: [...forwards] })
      for (const [kind, secret] of Object.entries(secrets))
        await api.hosts.setSecret({ id: host.id, kind: kind as HostSecret, secret })
    },
    removeHost: host => {
      const undo = { label: 'Undo', run: () => quietly(api.hosts.save({ host })) }
      quietly(api.hosts.remove({ id: host.id }).then(() => tell(`${host.label} was deleted.`, undo)))
    },
    duplicateHost: host =>
      quietly(
        api.hosts.save({
          host: { ...host, id: crypto.randomUUID() as HostId, label: copyName(host.label), lastUsed: null },
        }),
      ),
    saveGroup: group => api.hosts.saveGroup({ group }),
    removeGroup: id => quietly(removeGroup(api, id)),
    copy: text => quietly(api.app.copy({ text })),
  }
}

/** Shows the files at the path of an address; `~` in it is known only once the host was reached. */
async function openFilesAt(api: Api, { target, path }: TypedAddress): Promise<void> {
  const side = { target, root: false }
  const home = path?.startsWith('~') === true ? (await api.files.reach({ side })).home : '/'
  openFiles({ side, path: path === null ? null : resolvePath(path, { home, from: '/' }) })
}

/** Opens a terminal and goes to a folder in it, once it is known which shell reads the line. */
function openTerminalIn({ api, terminals }: { api: Api; terminals: Terminals }, target: Target, folder: string): void {
  const pane = openTab(target, labelOf(target))
  const go = async () => {
    await terminals.open(pane.id, pane.target)
    if (!isLive(useTerminalStates.getState().states[pane.id])) return
    const line = await api.terminals.lineFor({ target, request: { kind: 'folder', path: folder } })
    terminals.sendFirst(pane.id, `${line}\r`)
  }
  requestAnimationFrame(() => void go().catch(tellProblem))
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
  tell(`${gone.label} was deleted; its hosts are kept.`, {
    label: 'Undo',
    run: () => void bringBack().catch(tellProblem),
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
