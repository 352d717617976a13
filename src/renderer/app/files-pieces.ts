import { toDisposable, type DisposableStore } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Side } from '../../shared/contract/files.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import { FileActions } from '../features/files/file-actions.ts'
import { FileKeys } from '../features/files/file-keys.ts'
import { FilePanes, followTabs } from '../features/files/file-panes.ts'
import { useFiles } from '../features/files/files-state.ts'
import { focusGrid } from '../features/files/focus-grid.ts'
import { sideText } from '../mirrors/sides.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import { changeSettings, useSettings } from '../mirrors/settings.ts'
import type { Ports } from '../ipc/ports.ts'
import { shownSides } from '../workspace/files-tabs.ts'
import { useWorkspace } from '../workspace/workspace-store.ts'
import type { Actions } from './actions.ts'
import { followPath, otherPane } from './files-menus.ts'

/** What works behind the file panes. */
export interface FilesPieces {
  readonly panes: FilePanes
  readonly actions: FileActions
  readonly keys: FileKeys
}

interface FilesInput {
  readonly api: Api
  readonly ports: Ports
  readonly actions: Actions
  readonly store: DisposableStore
}

/** Makes them, and keeps main told of the sides that are shown. */
export function createFiles({ api, ports, actions, store }: FilesInput): FilesPieces {
  const panes: FilePanes = store.add(new FilePanes({ api, ports, onProblem: tellProblem, onWent: followAlong }))
  const files = new FileActions({
    api,
    panes,
    tell,
    onProblem: tellProblem,
    copyText: actions.copy,
    openTerminal: actions.openTerminalIn,
    addressOf,
    options: () => {
      const { links, verify } = useSettings.getState().settings.files
      return { links, verify }
    },
  })
  const toggleHidden = () => {
    const { hidden } = useSettings.getState().settings.files
    void changeSettings(api, 'files', { hidden: !hidden }).catch(tellProblem)
  }
  const keys = new FileKeys({ panes, actions: files, otherOf: otherPane, focus: focusGrid, toggleHidden })
  store.add(followTabs(panes, openTabs))
  keepSides(api, store)
  return { panes, actions: files, keys }

  function followAlong(paneId: string, from: string, to: string): void {
    const tab = useWorkspace.getState().tabs.find(each => each.id === useWorkspace.getState().activeId)
    const other = otherPane(paneId)
    const { panes: shown, synced } = useFiles.getState()
    const there = other === null ? null : shown[other]?.path
    if (!tab || synced[tab.id] !== true || other === null || there == null) return
    const follow = followPath(from, to, there)
    if (follow !== null) panes.go(other, follow, false)
  }
}

function openTabs(): ReadonlySet<string> {
  const tabs = useWorkspace.getState().tabs.flatMap(tab => (tab.kind === 'files' ? [tab.left, tab.right] : []))
  return new Set(tabs.flatMap(pane => pane.tabs.map(({ id }) => id)))
}

// Main holds on to the sides that are shown, and lets the others go after a while.
function keepSides(api: Api, store: DisposableStore): void {
  let told = ''
  const tellMain = () => {
    const sides = shownSides()
    const text = sides.map(sideText).join()
    if (text === told) return
    told = text
    void api.files.keep({ sides: [...sides] }).catch(tellProblem)
  }
  tellMain()
  store.add(toDisposable(useWorkspace.subscribe(tellMain)))
}

function addressOf({ target }: Side): { login: string; port: number | null } | null {
  if (target.kind === 'local') return null
  if (target.kind === 'address')
    return { login: `${target.user === null ? '' : `${target.user}@`}${target.address}`, port: target.port }
  const { hosts, groups } = useHosts.getState().book
  const host = hosts.find(each => each.id === target.hostId)
  if (!host) return null
  const user = host.user ?? inheritedFrom(host.groupId, groups).user
  return { login: `${user === null ? '' : `${user}@`}${host.address}`, port: host.port }
}
