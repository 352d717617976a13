import type { TerminalId } from '../../shared/contract/terminals.ts'
import type { Side } from './split-tree.ts'
import { isTmuxTab } from './tmux-tabs.ts'
import * as store from './workspace-store.ts'
import { activeTerminals, tabWith, useWorkspace } from './workspace-store.ts'

/** Arranges what tmux owns. The window follows when tmux says that it has changed. */
export interface TmuxOwner {
  split(paneId: TerminalId, side: Side): void
  zoom(paneId: TerminalId): void
  /** With an empty name, tmux names the window after what runs in it. */
  rename(paneId: TerminalId, name: string): void
  /** Moves the window of a pane to the place of another one's. */
  moveWindow(paneId: TerminalId, to: TerminalId): void
  /** Moves a pane next to another one, or into a window of its own if `to` is null. */
  movePane(paneId: TerminalId, to: { readonly id: TerminalId; readonly side: Side } | null): void
}

let owner: TmuxOwner | undefined

/** Sets who arranges the tabs of tmux. */
export function setTmuxOwner(to: TmuxOwner | undefined): void {
  owner = to
}

/** Splits the active pane. Returns the new pane; undefined if there is none, or if tmux makes it. */
export function splitActive(side: Side): ReturnType<typeof store.splitActive> {
  const tab = activeTerminals()
  if (!isTmuxTab(tab)) return store.splitActive(side)
  owner?.split(tab.activePane, side)
  return undefined
}

export function toggleZoom(): void {
  const tab = activeTerminals()
  if (!isTmuxTab(tab)) return store.toggleZoom()
  if (Object.keys(tab.panes).length > 1) owner?.zoom(tab.activePane)
}

export function renameTab(id: string, title: string): void {
  const tab = useWorkspace.getState().tabs.find(each => each.id === id)
  if (isTmuxTab(tab)) owner?.rename(tab.activePane, title.trim())
  else store.renameTab(id, title)
}

/** Moves a tab to the position of another one. */
export function reorderTab(id: string, to: string): void {
  const { tabs } = useWorkspace.getState()
  const [tab, other] = [id, to].map(each => tabs.find(one => one.id === each))
  if (isTmuxTab(tab) && isTmuxTab(other) && tab.tmux.session === other.tmux.session)
    owner?.moveWindow(tab.activePane, other.activePane)
  else store.reorderTab(id, to)
}

/** True if one pane can be moved next to another: tmux moves its panes within their session only. */
export function canMovePane(paneId: string, to: string): boolean {
  const [from, into] = [tabWith(paneId), tabWith(to)]
  return from !== undefined && into !== undefined && from.tmux?.session === into.tmux?.session
}

/** Moves a pane next to another one, or into its own tab if `to` is null. Does nothing if either no longer exists. */
export function movePane(paneId: string, to: { paneId: string; side: Side } | null): void {
  const from = tabWith(paneId)
  if (to && !canMovePane(paneId, to.paneId)) return
  if (!isTmuxTab(from)) return store.movePane(paneId, to)
  if (to === null && Object.keys(from.panes).length === 1) return
  owner?.movePane(paneId as TerminalId, to && { id: to.paneId as TerminalId, side: to.side })
}

/** True if a whole tab can be moved into that of a pane. */
export function canJoinTab(tabId: string, paneId: string): boolean {
  const tab = useWorkspace.getState().tabs.find(({ id }) => id === tabId)
  const into = tabWith(paneId)
  return tab?.kind === 'terminals' && into !== undefined && tab !== into && !isTmuxTab(tab) && !isTmuxTab(into)
}

/** Moves a whole tab into another one, on one side of a pane. */
export function moveTabInto(tabId: string, to: { tabId: string; paneId: string; side: Side }): void {
  if (canJoinTab(tabId, to.paneId)) store.moveTabInto(tabId, to)
}
