import type { Side } from '../../shared/contract/files.ts'
import type { FileTab, FileTabs } from '../../shared/contract/workspace.ts'
import { activateTab, useWorkspace, type FilesTab, type PaneSide } from './workspace-store.ts'

const { getState, setState } = useWorkspace

const localSide: Side = { target: { kind: 'local' }, root: false }

/** Opens and activates a files tab with this computer on the left and `right` on the right. Returns the tab. */
export function openFiles(right: { side: Side; path: string | null } = { side: localSide, path: null }): FilesTab {
  const tab: FilesTab = {
    kind: 'files',
    id: crypto.randomUUID(),
    title: null,
    left: newTabs({ side: localSide, path: null }),
    right: newTabs(right),
    focus: 'right',
  }
  setState(state => ({ tabs: [...state.tabs, tab], activeId: tab.id }))
  return tab
}

/** Activates the last files tab, or opens one. */
export function showFiles(): void {
  const tab = getState().tabs.findLast(each => each.kind === 'files')
  if (tab) activateTab(tab.id)
  else openFiles()
}

/** The active tab of a pane. */
export function shownTab(pane: FileTabs): FileTab {
  return (pane.tabs[pane.active] ?? pane.tabs[0]) as FileTab
}

export function focusFilePane(tabId: string, focus: PaneSide): void {
  const tab = getState().tabs.find(each => each.id === tabId)
  if (tab?.kind === 'files' && tab.focus !== focus) update(tabId, old => ({ ...old, focus }))
}

/** Stores the path of a pane's tab. */
export function setFilePath(fileTabId: string, path: string): void {
  changeTab(fileTabId, old => (old.path === path ? old : { ...old, path }))
}

/** Switches a pane's tab to another side. */
export function setFileSide(fileTabId: string, side: Side, path: string | null = null): void {
  changeTab(fileTabId, old => ({ ...old, side, path }))
}

/** Opens a tab in a pane, by default at the location of the active tab. */
export function addFileTab(tabId: string, pane: PaneSide, at?: { side: Side; path: string | null }): void {
  update(tabId, old => {
    const tabs = old[pane]
    if (tabs.tabs.length >= 32) return old
    const shown = shownTab(tabs)
    const added = { id: crypto.randomUUID(), side: at?.side ?? shown.side, path: at ? at.path : shown.path }
    return { ...old, [pane]: { tabs: [...tabs.tabs, added], active: tabs.tabs.length } }
  })
}

export function selectFileTab(tabId: string, pane: PaneSide, index: number): void {
  update(tabId, old => ({ ...old, focus: pane, [pane]: { ...old[pane], active: index } }))
}

/** Closes a tab of a pane, unless it is the only one. */
export function closeFileTab(tabId: string, pane: PaneSide, index: number): void {
  update(tabId, old => {
    const { tabs, active } = old[pane]
    if (tabs.length < 2) return old
    const next = active > index || active === tabs.length - 1 ? Math.max(0, active - 1) : active
    return { ...old, [pane]: { tabs: tabs.toSpliced(index, 1), active: next } }
  })
}

/** The sides of all tabs, without duplicates. */
export function shownSides(): readonly Side[] {
  const sides = new Map<string, Side>()
  for (const tab of getState().tabs) {
    if (tab.kind !== 'files') continue
    for (const { side } of [...tab.left.tabs, ...tab.right.tabs]) sides.set(JSON.stringify(side), side)
  }
  return [...sides.values()]
}

function newTabs({ side, path }: { side: Side; path: string | null }): FileTabs {
  return { tabs: [{ id: crypto.randomUUID(), side, path }], active: 0 }
}

function changeTab(fileTabId: string, change: (tab: FileTab) => FileTab): void {
  const within = (pane: FileTabs): FileTabs => {
    const tabs = pane.tabs.map(tab => (tab.id === fileTabId ? change(tab) : tab))
    return tabs.every((tab, index) => tab === pane.tabs[index]) ? pane : { ...pane, tabs }
  }
  setState(state => ({
    tabs: state.tabs.map(tab => {
      if (tab.kind !== 'files') return tab
      const [left, right] = [within(tab.left), within(tab.right)]
      return left === tab.left && right === tab.right ? tab : { ...tab, left, right }
    }),
  }))
}

function update(tabId: string, change: (tab: FilesTab) => FilesTab): void {
  setState(state => ({
    tabs: state.tabs.map(tab => (tab.id === tabId && tab.kind === 'files' ? change(tab) : tab)),
  }))
}
