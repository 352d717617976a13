import { toDisposable, type DisposableStore } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { copyText } from '../../mirrors/copy-text.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { changeSettings, useSettings } from '../../mirrors/settings.ts'
import { sideText } from '../../mirrors/sides.ts'
import { loginOf } from '../../mirrors/targets.ts'
import type { DoorContext } from '../../workspace/door.ts'
import { shownSides } from '../../workspace/files-tabs.ts'
import { useWorkspace } from '../../workspace/workspace-store.ts'
import { FileActions } from './file-actions.ts'
import { FileKeys } from './file-keys.ts'
import { FilePanes, followTabs } from './file-panes.ts'
import { followPath, otherPane } from './other-pane.ts'
import { useFiles } from './files-state.ts'
import { focusGrid } from './focus-grid.ts'

/** The objects behind the file panes. */
export interface FileServices {
  readonly panes: FilePanes
  readonly actions: FileActions
  readonly keys: FileKeys
}

/** Makes them, and reports the shown sides to main. */
export function createFileServices({ api, ports, requests, store }: DoorContext): FileServices {
  const panes: FilePanes = store.add(new FilePanes({ api, ports, onProblem: reportProblem, onWent: followAlong }))
  const files = new FileActions({
    api,
    panes,
    showNotice,
    onProblem: reportProblem,
    copyText: text => copyText(api, text),
    openTerminal: (target, folder) => requests.openTerminal(target, folder),
    addressOf: ({ target }) => {
      const login = loginOf(target)
      return login && { login: login.text, port: login.port }
    },
    options: () => {
      const { links, verify } = useSettings.getState().settings.files
      return { links, verify }
    },
  })
  const toggleHidden = () => {
    const { hidden } = useSettings.getState().settings.files
    void changeSettings(api, 'files', { hidden: !hidden }).catch(reportProblem)
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
  let held = ''
  const holdSides = () => {
    const sides = shownSides()
    const text = sides.map(sideText).join()
    if (text === held) return
    held = text
    void api.files.keep({ sides: [...sides] }).catch(reportProblem)
  }
  holdSides()
  store.add(toDisposable(useWorkspace.subscribe(holdSides)))
}
