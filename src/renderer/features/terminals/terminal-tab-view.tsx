import { useCallback } from 'react'

import type { HostId } from '../../../shared/contract/hosts.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { openLink } from '../../mirrors/open-link.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { ErrorBoundary } from '../../ui/error-boundary.tsx'
import type { DoorContext } from '../../workspace/door.ts'
import { panesOf } from '../../workspace/split-tree.ts'
import { isTmuxTab } from '../../workspace/tmux-tabs.ts'
import { TabPanes } from '../../workspace/workspace.tsx'
import { toggleZoom } from '../../workspace/arrange.ts'
import { focusPane, type TerminalTab } from '../../workspace/workspace-store.ts'
import { requestClose } from './close-dialog.tsx'
import { SidePanel } from './side-panel.tsx'
import css from './side-panel.module.css'
import { split } from './terminal-commands.ts'
import { TerminalPane, type PaneActions } from './terminal-pane.tsx'
import type { Terminals } from './terminals.ts'
import { TmuxPanes } from './tmux-panes.tsx'

interface TerminalTabViewProps {
  readonly tab: TerminalTab
  readonly terminals: Terminals
  readonly context: DoorContext
}

/** A tab of terminals: its panes, and the side panel. */
export function TerminalTabView({ tab, terminals, context }: TerminalTabViewProps) {
  const renderPane = useCallback(
    (pane: Pane, inTab: TerminalTab) => (
      <ErrorBoundary key={pane.id} what="This terminal">
        <PaneView pane={pane} tab={inTab} terminals={terminals} context={context} />
      </ErrorBoundary>
    ),
    [terminals, context],
  )
  return (
    <div className={css['beside']}>
      {isTmuxTab(tab) ? (
        <TmuxPanes key={tab.id} tab={tab} terminals={terminals} renderPane={renderPane} />
      ) : (
        <TabPanes tab={tab} renderPane={renderPane} />
      )}
      <ErrorBoundary what="The side panel">
        <SidePanel tab={tab} doors={context.doors} />
      </ErrorBoundary>
    </div>
  )
}

const menuCommands = [
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
  'new-tmux-window',
  'duplicate-tab',
  'files-here',
  'close-pane',
]

function PaneView({ pane, tab, terminals, context }: TerminalTabViewProps & { readonly pane: Pane }) {
  const { api, commands, doors, pathOf, requests } = context
  const { target } = pane
  const host = useHosts(({ book }) =>
    target.kind === 'host' ? book.hosts.find(each => each.id === target.hostId) : undefined,
  )
  const within = (run: () => void) => {
    focusPane(pane.id)
    run()
  }
  // The host that was saved takes the place of the address that could not be connected.
  const replace = (hostId: HostId) => {
    requests.openTerminal({ kind: 'host', hostId })
    requestClose({ api, requests, terminals }, { kind: 'pane', paneId: pane.id })
  }
  const actions: PaneActions = {
    split: side => within(() => split(terminals, side)),
    zoom: () => within(toggleZoom),
    find: () => within(() => commands.run('find')),
    close: () => requestClose({ api, requests, terminals }, { kind: 'pane', paneId: pane.id }),
    menu: commands.menu(target.kind === 'address' ? [...menuCommands, 'save-host'] : menuCommands),
    menus: doors.flatMap(({ terminalMenu }) => terminalMenu ?? []),
    editConfig: ({ path, line }) => requests.editLocalFile(path, line),
    host: host
      ? { label: 'Edit host', open: () => requests.editHost(host) }
      : target.kind === 'address'
        ? { label: 'Save as host', open: () => requests.saveTarget(target, replace) }
        : null,
  }
  return (
    <TerminalPane
      pane={pane}
      tab={tab}
      label={paneLabel(pane, tab)}
      terminals={terminals}
      actions={actions}
      pathOf={pathOf}
      openLink={address => openLink(api, address)}
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
