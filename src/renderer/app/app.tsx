import { useCallback, useMemo } from 'react'

import type { Host, HostId } from '../../shared/contract/hosts.ts'
import type { Pane } from '../../shared/contract/workspace.ts'
import { ActivityPage } from '../features/activity/activity-page.tsx'
import { HostForwards } from '../features/forwards/host-forwards.tsx'
import type { HostActions, HostLive } from '../features/hosts/host-actions.ts'
import { HostsPage } from '../features/hosts/hosts-page.tsx'
import { edit } from '../features/hosts/hosts-state.ts'
import { KeysPage } from '../features/keys/keys-page.tsx'
import { KnownHostsPage } from '../features/keys/known-hosts-page.tsx'
import { shownAddress, useHosts } from '../mirrors/hosts.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import { labelOf } from '../mirrors/targets.ts'
import { openLink } from '../mirrors/open-link.ts'
import { SettingsPage } from '../features/settings/settings-page.tsx'
import { useSettings } from '../mirrors/settings.ts'
import { requestClose } from '../features/terminals/close-dialog.tsx'
import { TerminalPane, type PaneActions } from '../features/terminals/terminal-pane.tsx'
import { lookOf, useTerminalStates } from '../mirrors/terminals.ts'
import { terminalThemes } from '../ui/terminal-themes.ts'
import { VaultSettings } from '../features/settings/vault-settings.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { shownShortcut } from '../ui/shortcut.ts'
import { panesOf } from '../workspace/split-tree.ts'
import { TabPanes } from '../workspace/workspace.tsx'
import {
  activateTab,
  activeTab,
  focusPane,
  toggleZoom,
  useWorkspace,
  type Tab,
  type TerminalTab,
} from '../workspace/workspace-store.ts'
import css from './app.module.css'
import type { Parts } from './boot.ts'
import { FilesPage } from './files-page.tsx'
import { forwardMenu, forwardParts, ForwardsHome } from './forwards-pieces.tsx'
import { Overlays } from './overlays.tsx'
import { Rail } from './rail.tsx'
import { SidePanel } from './side-panel.tsx'
import { RunPanelOf, SnippetsHome, SnippetsOf, useSnippetMenu } from './snippets-pieces.tsx'
import { StatusBar } from './status-bar.tsx'
import { TitleBar } from './title-bar.tsx'

/** The frame: title bar with tabs, the page or the terminals, status bar, and what lies over them. */
export function App({ parts }: { readonly parts: Parts }) {
  const tab = useWorkspace(activeTab)
  const hostActions = useHostActions(parts)
  const menu = useCallback((ids: readonly string[]) => menuOf(parts, ids), [parts])
  const renderPane = useCallback(
    (pane: Pane, inTab: TerminalTab) => (
      <ErrorBoundary key={pane.id} what="This terminal">
        <PaneOf pane={pane} tab={inTab} parts={parts} menu={menu} />
      </ErrorBoundary>
    ),
    [parts, menu],
  )
  return (
    <div className={css['app']}>
      <TitleBar parts={parts} tabMenu={inTab => tabMenu(parts, inTab)} />
      <main className={css['stage']}>
        <div className={css['body']}>
          <ErrorBoundary key={tab?.id ?? 'home'} what={tab ? 'This tab' : 'This page'}>
            {tab ? (
              tab.kind === 'files' ? (
                <FilesPage tab={tab} parts={parts} />
              ) : (
                <div className={css['beside']}>
                  <TabPanes tab={tab} renderPane={renderPane} />
                  <ErrorBoundary what="The side panel">
                    <SidePanel tab={tab} parts={parts} />
                  </ErrorBoundary>
                </div>
              )
            ) : (
              <Home parts={parts} hostActions={hostActions} />
            )}
          </ErrorBoundary>
        </div>
        <ErrorBoundary what="The output">
          <RunPanelOf parts={parts} />
        </ErrorBoundary>
      </main>
      <ErrorBoundary what="The status bar">
        <StatusBar />
      </ErrorBoundary>
      <Overlays parts={parts} />
    </div>
  )
}

function Home({ parts, hostActions }: { readonly parts: Parts; readonly hostActions: HostActions }) {
  const page = useWorkspace(state => state.page)
  return (
    <div className={css['home']}>
      <Rail />
      <ErrorBoundary key={page} what="This page">
        {page === 'hosts' && <Hosts actions={hostActions} parts={parts} />}
        {page === 'forwards' && <ForwardsHome parts={parts} />}
        {page === 'snippets' && <SnippetsHome parts={parts} />}
        {page === 'keys' && <KeysPage api={parts.api} copy={parts.actions.copy} onProblem={tellProblem} />}
        {page === 'known-hosts' && <KnownHostsPage api={parts.api} tell={tell} onProblem={tellProblem} />}
        {page === 'activity' && (
          <ActivityPage
            onClear={() => void parts.api.activity.clear().catch(tellProblem)}
            openLink={address => openLink(parts.api, address)}
          />
        )}
        {page === 'settings' && <Settings parts={parts} />}
      </ErrorBoundary>
    </div>
  )
}

function Hosts({ actions, parts }: { readonly actions: HostActions; readonly parts: Parts }) {
  const rows = useMemo(() => forwardParts(parts), [parts])
  const states = useTerminalStates(state => state.states)
  const tabs = useWorkspace(state => state.tabs)
  const live = useMemo(() => {
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
  const forwards = (host: Host) => <HostForwards target={{ kind: 'host', hostId: host.id }} parts={rows} />
  const snippets = (host: Host) => <SnippetsOf target={{ kind: 'host', hostId: host.id }} parts={parts} />
  return <HostsPage actions={actions} live={live} pathOf={parts.pathOf} forwards={forwards} snippets={snippets} />
}

function Settings({ parts }: { readonly parts: Parts }) {
  const { api, commands, info } = parts
  const keys = useSettings(state => state.settings.keys)
  const bindable = useMemo(
    () => commands.all.map(({ id, title, keys: own }) => ({ id, title, own, keys: keys[id] ?? own })),
    [commands, keys],
  )
  return (
    <SettingsPage
      api={api}
      commands={bindable}
      themes={terminalThemes}
      info={info}
      vault={<VaultSettings api={api} onProblem={tellProblem} />}
      onProblem={tellProblem}
    />
  )
}

interface PaneOfProps {
  readonly pane: Pane
  readonly tab: TerminalTab
  readonly parts: Parts
  readonly menu: (ids: readonly string[]) => readonly MenuItem[]
}

function PaneOf({ pane, tab, parts, menu }: PaneOfProps) {
  const { actions, commands, terminals } = parts
  const hosts = useHosts(state => state.book.hosts)
  const host =
    pane.target.kind === 'host'
      ? hosts.find(each => pane.target.kind === 'host' && each.id === pane.target.hostId)
      : undefined
  const within = (run: () => void) => () => {
    focusPane(pane.id)
    run()
  }
  const paneActions: PaneActions = {
    split: side => within(() => actions.split(side))(),
    zoom: within(toggleZoom),
    find: within(() => commands.run('find')),
    close: () => requestClose(terminals, { kind: 'pane', paneId: pane.id }),
    menu: menu([
      'copy',
      'paste',
      'select-all',
      'find',
      'clear',
      'send-selection',
      'snippet-from-selection',
      'snippet-from-last',
      'split-right',
      'split-down',
      'broadcast',
      'duplicate-tab',
      'files-here',
      'close-pane',
    ]),
    snippets: useSnippetMenu(parts, pane),
    editHost: host ? () => edit({ kind: 'host', host }) : null,
  }
  return (
    <TerminalPane
      pane={pane}
      tab={tab}
      label={paneLabel(pane, tab)}
      terminals={terminals}
      actions={paneActions}
      pathOf={parts.pathOf}
      openLink={address => openLink(parts.api, address)}
    />
  )
}

/** A pane's name: the target's, with a number where the tab has several of them. */
function paneLabel(pane: Pane, tab: TerminalTab): string {
  const label = labelOf(pane.target)
  const same = panesOf(tab.layout).filter(id => {
    const other = tab.panes[id]
    return other !== undefined && labelOf(other.target) === label
  })
  const at = same.indexOf(pane.id)
  return at > 0 ? `${label} ${at + 1}` : label
}

function useHostActions({ api, actions }: Parts): HostActions {
  return useMemo(() => {
    const quietly = (work: Promise<unknown>) => void work.catch(tellProblem)
    return {
      connect: actions.connect,
      connectTo: actions.openTyped,
      save: host => quietly(api.hosts.save({ host })),
      duplicate: actions.duplicateHost,
      remove: actions.removeHost,
      removeGroup: actions.removeGroup,
      foldGroup: (id, folded) => {
        const group = useHosts.getState().book.groups.find(each => each.id === id)
        if (group) quietly(api.hosts.saveGroup({ group: { ...group, folded } }))
      },
      openFiles: host => actions.openFiles({ kind: 'host', hostId: host.id }),
      sendHome: actions.sendHome,
      forwardMenu: host => forwardMenu({ api, actions }, { kind: 'host', hostId: host.id }),
      copyConfigured: host =>
        void api.imports
          .addConfigured({ ids: [host.id] })
          .then(({ added }) => tell(added > 0 ? `${host.label} was imported.` : `${host.label} is there already.`))
          .catch(tellProblem),
      pasteAddress: host =>
        void api.app
          .paste({ from: 'clipboard' })
          .then(text => api.imports.readdress({ id: host.id, text }))
          .then(() => tell(`${host.label} has the address from the clipboard now.`))
          .catch(tellProblem),
      copyAddress: host => actions.copy(shownAddress(host)),
      openLocal: () => actions.openTerminal({ kind: 'local' }),
    }
  }, [api, actions])
}

function menuOf({ commands }: Parts, ids: readonly string[]): readonly MenuItem[] {
  return ids.flatMap(id => {
    const command = commands.all.find(each => each.id === id)
    return command
      ? [{ label: command.title, keys: shownShortcut(commands.keysOf(command)), run: () => commands.run(id) }]
      : []
  })
}

function tabMenu(parts: Parts, tab: Tab): readonly MenuItem[] {
  const ids = [
    'rename-tab',
    'duplicate-tab',
    ...(tab.kind === 'terminals' ? ['split-right', 'split-down', 'broadcast'] : []),
  ]
  const here = menuOf(parts, ids)
  const close = parts.commands.all.find(command => command.id === 'close-tab')
  return [
    ...here.map(item => ({
      ...item,
      run: () => {
        activateTab(tab.id)
        item.run()
      },
    })),
    {
      label: 'Close tab',
      keys: close ? shownShortcut(parts.commands.keysOf(close)) : '',
      run: () => requestClose(parts.terminals, { kind: 'tab', tabId: tab.id }),
    },
  ]
}
