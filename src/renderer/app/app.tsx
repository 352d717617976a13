import { Search, Server } from 'lucide-react'
import { useCallback, useMemo, type ReactNode } from 'react'

import type { Host, HostId } from '../../shared/contract/hosts.ts'
import type { Pane } from '../../shared/contract/workspace.ts'
import { ActivityPage } from '../features/activity/activity.tsx'
import { UnsentEdits } from '../features/files/unsent-edits.tsx'
import { HostForwards } from '../features/forwards/host-forwards.tsx'
import { ConfigForm } from '../features/hosts/config-form.tsx'
import { ImportDialog } from '../features/hosts/import-dialog.tsx'
import { GroupForm } from '../features/hosts/group-form.tsx'
import type { HostActions, HostLive } from '../features/hosts/host-actions.ts'
import { HostForm } from '../features/hosts/host-form.tsx'
import { HostsPage } from '../features/hosts/hosts-page.tsx'
import { edit, shownAddress, useHosts } from '../features/hosts/hosts-store.ts'
import { parseQuickConnect, typedTitle } from '../features/hosts/quick-connect.ts'
import { KeysPage } from '../features/keys/keys-page.tsx'
import { KnownHostsPage } from '../features/keys/known-hosts-page.tsx'
import { Notices, tell, tellProblem } from '../features/notices/notices.tsx'
import { Palette, type PaletteItem } from '../features/palette/palette.tsx'
import { Prompts } from '../features/prompts/prompts.tsx'
import { SettingsPage } from '../features/settings/settings-page.tsx'
import { useSettings } from '../features/settings/settings-store.ts'
import { PasteDialog } from '../features/terminals/paste-dialog.tsx'
import { TerminalPane, type PaneActions } from '../features/terminals/terminal-pane.tsx'
import { lookOf, useTerminals } from '../features/terminals/terminals-store.ts'
import { terminalThemes } from '../features/terminals/themes.ts'
import { openVault, VaultDialog } from '../features/vault/vault.tsx'
import { VaultSettings } from '../features/vault/vault-settings.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { shownShortcut } from '../ui/shortcut.ts'
import { panesOf } from '../workspace/split-tree.ts'
import { TabPanes } from '../workspace/workspace.tsx'
import {
  activateTab,
  activeTab,
  closePane,
  closeTab,
  focusPane,
  toggleZoom,
  useWorkspace,
  type Tab,
  type TerminalTab,
} from '../workspace/workspace-store.ts'
import { labelOf } from './actions.ts'
import css from './app.module.css'
import { KeyDialogsOf } from './keys-pieces.tsx'
import { ConfigFile } from './config-file.tsx'
import type { Parts } from './boot.ts'
import { FilesPage } from './files-page.tsx'
import { ForwardDialogsOf, forwardItems, forwardMenu, forwardParts, ForwardsHome } from './forwards-pieces.tsx'
import { Rail } from './rail.tsx'
import { SidePanel } from './side-panel.tsx'
import { numberCommand } from './snippet-commands.ts'
import {
  RunPanelOf,
  snippetItems,
  SnippetDialogsOf,
  SnippetsHome,
  SnippetsOf,
  useSnippetMenu,
} from './snippets-pieces.tsx'
import { StatusBar } from './status-bar.tsx'
import { TitleBar } from './title-bar.tsx'

/** The frame: title bar with tabs, the page or the terminals, status bar, and what lies over them. */
export function App({ parts }: { readonly parts: Parts }) {
  const { api, actions, terminals } = parts
  const tab = useWorkspace(activeTab)
  const hostActions = useHostActions(parts)
  const menu = useCallback((ids: readonly string[]) => menuOf(parts, ids), [parts])
  const items = useCallback((typed: string) => paletteItems(parts, typed), [parts])
  const renderPane = useCallback(
    (pane: Pane, inTab: TerminalTab) => <PaneOf key={pane.id} pane={pane} tab={inTab} parts={parts} menu={menu} />,
    [parts, menu],
  )
  return (
    <div className={css['app']}>
      <TitleBar parts={parts} tabMenu={inTab => tabMenu(parts, inTab)} />
      <main className={css['stage']}>
        <div className={css['body']}>
          {tab ? (
            tab.kind === 'files' ? (
              <FilesPage key={tab.id} tab={tab} parts={parts} />
            ) : (
              <div className={css['beside']}>
                <TabPanes key={tab.id} tab={tab} renderPane={renderPane} />
                <SidePanel tab={tab} parts={parts} />
              </div>
            )
          ) : (
            <Home parts={parts} hostActions={hostActions} />
          )}
        </div>
        <RunPanelOf parts={parts} />
      </main>
      <StatusBar />
      <Forms parts={parts} />
      <ForwardDialogsOf parts={parts} />
      <KeyDialogsOf parts={parts} />
      <SnippetDialogsOf parts={parts} />
      <Palette items={items} />
      <PasteDialog terminals={terminals} />
      <Prompts api={api} openVault={openVault} copy={actions.copy} />
      <VaultDialog api={api} />
      <Notices api={api}>
        <UnsentEdits api={api} labelOf={labelOf} copy={actions.copy} onProblem={tellProblem} />
      </Notices>
    </div>
  )
}

function Home({ parts, hostActions }: { readonly parts: Parts; readonly hostActions: HostActions }) {
  const page = useWorkspace(state => state.page)
  return (
    <div className={css['home']}>
      <Rail />
      {page === 'hosts' && <Hosts actions={hostActions} parts={parts} />}
      {page === 'forwards' && <ForwardsHome parts={parts} />}
      {page === 'snippets' && <SnippetsHome parts={parts} />}
      {page === 'keys' && <KeysPage api={parts.api} copy={parts.actions.copy} onProblem={tellProblem} />}
      {page === 'known-hosts' && <KnownHostsPage api={parts.api} tell={tell} onProblem={tellProblem} />}
      {page === 'activity' && <ActivityPage onClear={() => void parts.api.activity.clear().catch(tellProblem)} />}
      {page === 'settings' && <Settings parts={parts} />}
    </div>
  )
}

function Hosts({ actions, parts }: { readonly actions: HostActions; readonly parts: Parts }) {
  const rows = useMemo(() => forwardParts(parts), [parts])
  const states = useTerminals(state => state.states)
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

function Forms({ parts }: { readonly parts: Parts }) {
  const { api, actions } = parts
  const editing = useHosts(state => state.editing)
  if (!editing) return null
  const close = () => edit(null)
  if (editing.kind === 'group')
    return (
      <GroupForm
        key={editing.group?.id ?? 'new'}
        group={editing.group}
        themes={terminalThemes}
        onSave={actions.saveGroup}
        onClose={close}
      />
    )
  if (editing.kind === 'import') return <ImportDialog api={api} onClose={close} onDone={tell} />
  if (editing.kind === 'config-file') return <ConfigFile parts={parts} {...editing} />
  const configured = editing.host ? useHosts.getState().book.config.hosts[editing.host.id] : undefined
  if (editing.host && configured)
    return (
      <ConfigForm
        key={editing.host.id}
        host={editing.host}
        config={configured}
        onSave={async (host, changes) => {
          if (Object.keys(changes).length > 0) await api.hosts.editConfig({ id: host.id, changes })
          await api.hosts.save({ host })
        }}
        onForget={host => void api.hosts.setSecret({ id: host.id, kind: 'password', secret: '' }).catch(tellProblem)}
        onOpen={(path, line) => edit({ kind: 'config-file', path, line })}
        onClose={close}
      />
    )
  return (
    <HostForm
      key={editing.host?.id ?? 'new'}
      host={editing.host}
      {...(editing.preset ? { preset: editing.preset } : {})}
      themes={terminalThemes}
      onSave={async (host, secrets, extra) => {
        if (Object.keys(secrets).length > 0 && !(await openVault()))
          throw new Error('The vault is not open, so the secret was not kept. Save again, or empty its field.')
        await actions.saveHost(host, secrets, extra)
      }}
      onDelete={actions.removeHost}
      onForget={(host, kind) => void api.hosts.setSecret({ id: host.id, kind, secret: '' }).catch(tellProblem)}
      onClose={close}
      chooseFile={() => api.app.chooseFile({ title: 'Choose a private key' })}
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
    close: () => closePane(pane.id),
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
    { label: 'Close tab', keys: close ? shownShortcut(parts.commands.keysOf(close)) : '', run: () => closeTab(tab.id) },
  ]
}

function paletteItems({ api, commands, actions, snippets }: Parts, typed: string): readonly PaletteItem[] {
  const icon = (image: ReactNode) => image
  const quick = parseQuickConnect(typed)
  const address: PaletteItem[] =
    quick.kind === 'address'
      ? [
          {
            id: 'typed:address',
            title: typedTitle(quick),
            icon: icon(<Search size={15} />),
            run: () => actions.openTyped(quick),
          },
        ]
      : []
  const hosts = useHosts.getState().book.hosts.toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0))
  return [
    ...address,
    ...hosts.map(host => ({
      id: `host:${host.id}`,
      title: host.label,
      detail: shownAddress(host),
      icon: <Server size={15} />,
      run: () => actions.connect(host),
    })),
    ...snippetItems({ api, actions, snippets, commands }),
    ...forwardItems({ api, actions }),
    ...commands.all
      .filter(({ id, when }) => !id.startsWith('palette') && !id.startsWith(numberCommand) && (when?.() ?? true))
      .map(command => ({
        id: command.id,
        title: command.title,
        keys: commands.keysOf(command),
        run: () => commands.run(command.id),
      })),
  ]
}
