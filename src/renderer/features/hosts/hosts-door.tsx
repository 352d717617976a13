import { Search, Server } from 'lucide-react'
import { useMemo } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { HostId } from '../../../shared/contract/hosts.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import { mirrorHosts, shownAddress, useHosts } from '../../mirrors/hosts.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { lookOf, useTerminalStates } from '../../mirrors/terminals.ts'
import type { PaletteItem } from '../../ui/palette-item.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { activePane, showHome, useWorkspace } from '../../workspace/workspace-store.ts'
import type { HostLive } from './host-actions.ts'
import { HostForms } from './host-forms.tsx'
import { HostsPage } from './hosts-page.tsx'
import { edit, useHostsView } from './hosts-state.ts'
import { openAddress, openTyped } from './open-typed.ts'
import { ignoredText, parseQuickConnect, typedTitle } from './quick-connect.ts'
import { useHostActions } from './use-host-actions.ts'

/** Hosts and their groups, imports, and addresses that are typed. */
export function hostsDoor(context: DoorContext) {
  const { api, follow, store, requests } = context
  store.add(mirrorHosts(api, follow))
  store.add(api.app.onOpenAddress(address => openAddress(context, address)))
  return {
    pages: [
      {
        id: 'hosts',
        text: 'Hosts',
        icon: <Server size={16} aria-hidden="true" />,
        place: 100,
        useCount: () => useHosts(state => state.book.hosts.length),
        View: () => <Page context={context} />,
      },
    ],
    commands: [
      {
        id: 'home',
        title: 'Go to hosts',
        keywords: 'servers sessions connect',
        keys: 'Mod+Shift+H',
        run: () => showHome('hosts'),
      },
      { id: 'new-host', title: 'New host', keys: 'Mod+Shift+N', run: () => openForm({ kind: 'host', host: null }) },
      {
        id: 'save-host',
        title: 'Save this connection as a host',
        keywords: 'save host add bookmark',
        keys: '',
        when: () => activePane()?.target.kind === 'address',
        run: () => {
          const target = activePane()?.target
          if (target) saveTarget(target)
        },
      },
      { id: 'new-group', title: 'New group', keys: '', run: () => openForm({ kind: 'group', group: null }) },
      {
        id: 'import',
        title: 'Import hosts',
        keywords: 'putty winscp mobaxterm termius',
        keys: 'Mod+Shift+I',
        run: () => edit({ kind: 'import' }),
      },
      {
        id: 'export-json',
        title: 'Export all data as JSON',
        keywords: 'backup sync',
        keys: '',
        run: () => exportTo(api, 'json'),
      },
      { id: 'export-config', title: 'Export hosts as ssh_config', keys: '', run: () => exportTo(api, 'ssh-config') },
    ],
    palette: typed => paletteItems(context, typed),
    overlays: [
      {
        View: () => <HostForms api={api} openConfig={(path, line) => requests.editLocalFile(path, line)} />,
        useOpen: () => useHostsView(state => state.editing),
        close: () => edit(null),
      },
    ],
    answers: { editHost: host => edit({ kind: 'host', host }), saveTarget },
  } satisfies Door
}

/** Opens the form of a new host for an address that was typed. */
function saveTarget(target: Target, onSaved?: (id: HostId) => void): void {
  if (target.kind !== 'address') return
  const { address, port, user } = target
  edit({ kind: 'host', host: null, preset: { label: address, address, port, user }, ...(onSaved ? { onSaved } : {}) })
}

function openForm(what: Parameters<typeof edit>[0]): void {
  showHome('hosts')
  edit(what)
}

function Page({ context }: { readonly context: DoorContext }) {
  const { doors, pathOf } = context
  const actions = useHostActions(context)
  const beside = useMemo(() => doors.flatMap(door => door.beside ?? []), [doors])
  return <HostsPage actions={actions} live={useLiveHosts()} pathOf={pathOf} beside={beside} />
}

/** How each host with an open terminal is; one that is live counts most. */
function useLiveHosts(): ReadonlyMap<HostId, HostLive> {
  const states = useTerminalStates(state => state.states)
  const tabs = useWorkspace(state => state.tabs)
  return useMemo(() => {
    const found = new Map<HostId, HostLive>()
    for (const pane of tabs.flatMap(tab => (tab.kind === 'terminals' ? Object.values(tab.panes) : []))) {
      const state = states[pane.id]
      if (pane.target.kind !== 'host' || !state || state.kind === 'failed' || state.kind === 'exited') continue
      const look = lookOf(state)
      const latencyMs = state.kind === 'ready' ? state.latencyMs : null
      if (found.get(pane.target.hostId)?.tone !== 'ok')
        found.set(pane.target.hostId, { tone: look.tone, text: look.state, latencyMs })
    }
    return found
  }, [states, tabs])
}

function paletteItems(context: DoorContext, typed: string): readonly PaletteItem[] {
  const quick = parseQuickConnect(typed)
  const hosts = useHosts.getState().book.hosts.toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0))
  const saved = hosts.map(host => ({
    id: `host:${host.id}`,
    title: host.label,
    detail: shownAddress(host),
    icon: <Server size={15} />,
    run: () => context.requests.openTerminal({ kind: 'host', hostId: host.id }),
  }))
  if (quick.kind !== 'address') return saved
  const address = {
    id: 'typed:address',
    title: typedTitle(quick),
    ...(quick.ignored.length > 0 ? { detail: ignoredText(quick) } : {}),
    icon: <Search size={15} />,
    run: () => openTyped(context, quick),
  }
  return [address, ...saved]
}

/** Writes everything but secrets into a folder that the person chooses. */
function exportTo(api: Api, format: 'json' | 'ssh-config'): void {
  const write = async () => {
    const folder = await api.app.chooseFolder({ title: 'Choose where to save the export' })
    if (folder !== null)
      showNotice(`Exported to ${await api.imports.exportTo({ folder, format })}. Passwords and keys are not included.`)
  }
  void write().catch(reportProblem)
}
