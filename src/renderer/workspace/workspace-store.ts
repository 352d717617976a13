import { create } from 'zustand'

import type { SessionRun } from '../../shared/contract/session-run.ts'
import { keptRun } from './kept-session.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import type { TmuxLayout } from '../../shared/contract/tmux.ts'
import type { FileTabs, Pane, SplitTree } from '../../shared/contract/workspace.ts'
import { leaf, panesOf, removePane, renamePanes, setWeights, splitPane, type Side } from './split-tree.ts'

/** A tab with terminals. */
export interface TerminalTab {
  readonly kind: 'terminals'
  readonly id: string
  /** The name given by the user; null shows the active pane's title. */
  readonly title: string | null
  readonly panes: Readonly<Record<string, Pane>>
  readonly layout: SplitTree
  readonly activePane: TerminalId
  readonly zoomed: boolean
  /** True if input goes to every pane of the tab. */
  readonly broadcast: boolean
  /** What tmux says of a tab that shows one of its windows: tmux owns the layout and the title (see `tmux-tabs`). */
  readonly tmux?: {
    readonly session: string
    readonly window: number
    readonly name: string
    readonly activePane: TerminalId
    readonly visible: TmuxLayout
  }
}

export type PaneSide = 'left' | 'right'

/** A tab with two file panes. */
export interface FilesTab {
  readonly kind: 'files'
  readonly id: string
  readonly title: string | null
  readonly left: FileTabs
  readonly right: FileTabs
  /** The focused pane. */
  readonly focus: PaneSide
}

export type Tab = TerminalTab | FilesTab

/** The id of a page of Home. Features name their own pages, so there is no list of them here. */
export type HomePage = string

export interface WorkspaceState {
  readonly tabs: readonly Tab[]
  /** `home` or a tab's id. */
  readonly activeId: string
  readonly page: HomePage
  /** Recently closed tabs, the latest one last. */
  readonly closed: readonly ClosedTab[]
}

/** A tab that can be reopened. */
export interface ClosedTab {
  readonly tab: Tab
  /** Its position before it was closed. */
  readonly index: number
  /** True while its shells are still running. */
  readonly live: boolean
}

const maxClosed = 20

export const useWorkspace = create<WorkspaceState>()(() => ({ tabs: [], activeId: 'home', page: 'hosts', closed: [] }))

// Subscribers end the terminals of panes that disappear. Each function below makes a single change, so that a pane that
// only moves is never missing in between.
const { getState, setState } = useWorkspace

/** The active tab; undefined on Home. */
export function activeTab(state: WorkspaceState = getState()): Tab | undefined {
  return state.tabs.find(tab => tab.id === state.activeId)
}

/** The active tab if it has terminals. */
export function activeTerminals(state: WorkspaceState = getState()): TerminalTab | undefined {
  const tab = activeTab(state)
  return tab?.kind === 'terminals' ? tab : undefined
}

/** The active tab if it has files. */
export function activeFiles(state: WorkspaceState = getState()): FilesTab | undefined {
  const tab = activeTab(state)
  return tab?.kind === 'files' ? tab : undefined
}

/** The active pane of the active tab, if there is one. */
export function activePane(state: WorkspaceState = getState()): Pane | undefined {
  const tab = activeTerminals(state)
  return tab?.panes[tab.activePane]
}

/** All panes of all tabs. */
export function allPanes(state: WorkspaceState = getState()): readonly Pane[] {
  return state.tabs.flatMap(panesIn)
}

/** The panes whose shells may be running: those of all tabs, and of tabs that were just closed. */
export function livingPanes(state: WorkspaceState = getState()): readonly Pane[] {
  return [...allPanes(state), ...state.closed.flatMap(({ tab, live }) => (live ? panesIn(tab) : []))]
}

export function showHome(page: HomePage): void {
  setState({ activeId: 'home', page })
}

export function activateTab(id: string): void {
  setState({ activeId: id })
}

/**
 * Opens and activates a tab with one pane, which may attach to a session of its target; null for a plain shell even where
 * the host keeps shells alive. Returns the pane.
 */
export function openTab(target: Target, title: string, run?: SessionRun | null): Pane {
  const pane = run === undefined ? newPane(target, title) : withRun(newPane(target, title), run ?? undefined)
  const tab = tabOf(pane)
  setState(state => ({ tabs: [...state.tabs, tab], activeId: tab.id }))
  return pane
}

/** Adds a background tab for a shell that is running without a pane. */
export function adoptPane(pane: Pane): void {
  setState(state => (tabWith(pane.id, state) ? state : { tabs: [...state.tabs, tabOf(pane)] }))
}

/** Splits the active pane; the new pane has the same target and becomes active. */
export function splitActive(side: Side): Pane | undefined {
  const from = activePane()
  const tab = activeTerminals()
  if (!from || !tab) return undefined
  const pane = newPane(from.target, from.title)
  const added = { panes: { [pane.id]: pane }, layout: leaf(pane.id), activePane: pane.id }
  updateTab(tab.id, old => withAdded(old, { ...added, at: from.id, side }))
  return pane
}

/** Moves a whole tab into another one, on one side of a pane. Does nothing if either no longer exists. */
export function moveTabInto(tabId: string, to: { tabId: string; paneId: string; side: Side }): void {
  setState(state => {
    const moved = state.tabs.find(tab => tab.id === tabId)
    const into = tabWith(to.paneId, state)
    if (moved?.kind !== 'terminals' || into?.id !== to.tabId || into === moved) return state
    const joined = withAdded(into, { ...moved, at: to.paneId, side: to.side })
    return { tabs: replaceTabs(state.tabs, { [moved.id]: null, [joined.id]: joined }), activeId: joined.id }
  })
}

/** Moves a pane next to another one, or into its own tab if `to` is null. Does nothing if either no longer exists. */
export function movePane(paneId: string, to: { paneId: string; side: Side } | null): void {
  setState(state => {
    const from = tabWith(paneId, state)
    const pane = from?.panes[paneId]
    if (!from || !pane || to?.paneId === paneId) return state
    const rest = withoutPane(from, paneId)
    if (to === null) {
      if (rest === null) return state
      const tab = tabOf(pane)
      return { tabs: [...replaceTabs(state.tabs, { [from.id]: rest }), tab], activeId: tab.id }
    }
    const into = rest?.panes[to.paneId] ? rest : tabWith(to.paneId, state)
    if (!into) return state
    const added = { panes: { [pane.id]: pane }, layout: leaf(pane.id), activePane: pane.id }
    const joined = withAdded(into, { ...added, at: to.paneId, side: to.side })
    const broadcast = into === rest ? from.broadcast : joined.broadcast
    const changes = { [from.id]: rest, [joined.id]: { ...joined, broadcast } }
    return { tabs: replaceTabs(state.tabs, changes), activeId: joined.id }
  })
}

export function closePane(paneId: string): void {
  const tab = tabWith(paneId)
  if (!tab) return
  const rest = withoutPane(tab, paneId)
  if (rest === null) return closeTab(tab.id)
  setState(state => ({
    tabs: replaceTabs(state.tabs, { [tab.id]: rest }),
    closed: withClosed(state, tabOf(tab.panes[paneId] as Pane), state.tabs.indexOf(tab) + 1),
  }))
}

export function closeTab(id: string): void {
  setState(state => {
    const index = state.tabs.findIndex(tab => tab.id === id)
    const tab = state.tabs[index]
    if (!tab) return state
    return {
      tabs: state.tabs.toSpliced(index, 1),
      activeId: state.activeId === id ? neighbor(state, id) : state.activeId,
      closed: withClosed(state, tab, index),
    }
  })
}

/** Records that the shells of closed tabs turned out to be running: their panes, by id. */
export function reviveClosed(running: ReadonlySet<string>): void {
  setState(({ closed }) => ({
    closed: closed.map(each => (panesIn(each.tab).some(({ id }) => running.has(id)) ? { ...each, live: true } : each)),
  }))
}

/** Records that the shells of a closed tab have ended, so that reopening it starts new ones. */
export function endClosed(tabId: string): void {
  setState(({ closed }) => ({
    closed: closed.map(each => (each.tab.id === tabId && each.live ? { ...each, live: false } : each)),
  }))
}

/** Reopens and activates the last closed tab. Returns its panes. */
export function reopenTab(): readonly Pane[] {
  const last = getState().closed.at(-1)
  if (!last) return []
  const tab = last.live ? last.tab : withNewPanes(last.tab)
  setState(state => ({
    tabs: state.tabs.toSpliced(last.index, 0, tab),
    activeId: tab.id,
    closed: state.closed.filter(each => each !== last),
  }))
  return panesIn(tab)
}

/** Moves a tab to the position of another one. */
export function reorderTab(id: string, to: string): void {
  setState(state => {
    const [from, place] = [id, to].map(each => state.tabs.findIndex(tab => tab.id === each)) as [number, number]
    const moved = state.tabs[from]
    if (!moved || place < 0 || from === place) return state
    return { tabs: state.tabs.toSpliced(from, 1).toSpliced(place, 0, moved) }
  })
}

export function renameTab(id: string, title: string): void {
  const name = title.trim() === '' ? null : title.trim().slice(0, 256)
  setState(state => ({ tabs: state.tabs.map(tab => (tab.id === id ? { ...tab, title: name } : tab)) }))
}

export function focusPane(paneId: string): void {
  const tab = tabWith(paneId)
  if (tab && tab.activePane !== paneId) updateTab(tab.id, old => ({ ...old, activePane: paneId as TerminalId }))
}

/** Focuses the next (1) or previous (-1) pane in reading order. */
export function focusNextPane(step: 1 | -1): void {
  const tab = activeTerminals()
  if (!tab) return
  const panes = panesOf(tab.layout)
  const next = panes[(panes.indexOf(tab.activePane) + step + panes.length) % panes.length]
  if (next !== undefined) focusPane(next)
}

export function setTitle(paneId: string, title: string): void {
  const tab = tabWith(paneId)
  if (tab) updateTab(tab.id, old => withPane(old, paneId, pane => ({ ...pane, title })))
}

export function toggleZoom(): void {
  const tab = activeTerminals()
  if (tab) updateTab(tab.id, old => ({ ...old, zoomed: !old.zoomed && Object.keys(old.panes).length > 1 }))
}

export function toggleBroadcast(): void {
  const tab = activeTerminals()
  if (tab) updateTab(tab.id, old => ({ ...old, broadcast: !old.broadcast }))
}

export function resizeSplit(tabId: string, path: readonly number[], weights: readonly number[]): void {
  updateTab(tabId, tab => ({ ...tab, layout: setWeights(tab.layout, path, weights) }))
}

/** The tab that contains a pane. */
export function tabWith(paneId: string, state: WorkspaceState = getState()): TerminalTab | undefined {
  return state.tabs.find((tab): tab is TerminalTab => tab.kind === 'terminals' && tab.panes[paneId] !== undefined)
}

function panesIn(tab: Tab): readonly Pane[] {
  return tab.kind === 'terminals' ? Object.values(tab.panes) : []
}

function withClosed({ closed }: WorkspaceState, tab: Tab, index: number): readonly ClosedTab[] {
  return [...closed, { tab, index, live: true }].slice(-maxClosed)
}

/** Gives a tab's panes new ids, because a shell's id is never reused. */
function withNewPanes(tab: Tab): Tab {
  if (tab.kind === 'files') return tab
  const ids = new Map(Object.keys(tab.panes).map(id => [id, crypto.randomUUID() as TerminalId]))
  const idOf = (id: string) => ids.get(id) as TerminalId
  const panes = Object.values(tab.panes).map(pane => ({ ...pane, id: idOf(pane.id) }))
  return {
    ...tab,
    panes: Object.fromEntries(panes.map(pane => [pane.id, pane])),
    layout: renamePanes(tab.layout, idOf),
    activePane: idOf(tab.activePane),
  }
}

function newPane(target: Target, title: string): Pane {
  const id = crypto.randomUUID() as TerminalId
  return withRun({ id, target, title }, keptRun(target, id))
}

function withRun({ run: _before, ...pane }: Pane, run: SessionRun | undefined): Pane {
  return run ? { ...pane, run } : pane
}

/** Has a pane open a plain shell from now on. */
export function dropRun(paneId: string): void {
  const tab = tabWith(paneId)
  if (tab) updateTab(tab.id, old => withPane(old, paneId, pane => withRun(pane, undefined)))
}

/** A tab with one pane. Pure. */
export function tabOf(pane: Pane): TerminalTab {
  return {
    kind: 'terminals',
    id: crypto.randomUUID(),
    title: null,
    panes: { [pane.id]: pane },
    layout: leaf(pane.id),
    activePane: pane.id,
    zoomed: false,
    broadcast: false,
  }
}

function updateTab(id: string, change: (tab: TerminalTab) => TerminalTab): void {
  setState(state => ({
    tabs: state.tabs.map(tab => (tab.id === id && tab.kind === 'terminals' ? change(tab) : tab)),
  }))
}

function withPane(tab: TerminalTab, paneId: string, change: (pane: Pane) => Pane): TerminalTab {
  const pane = tab.panes[paneId]
  return pane === undefined ? tab : { ...tab, panes: { ...tab.panes, [paneId]: change(pane) } }
}

/** Removes a pane from a tab; null if it was the last one. Pure. */
export function withoutPane(tab: TerminalTab, paneId: string): TerminalTab | null {
  const layout = removePane(tab.layout, paneId)
  if (layout === undefined) return null
  const { [paneId]: _gone, ...panes } = tab.panes
  const order = panesOf(layout)
  const activePane =
    tab.activePane === paneId
      ? ((order[Math.max(0, panesOf(tab.layout).indexOf(paneId) - 1)] ?? order[0]) as TerminalId)
      : tab.activePane
  return { ...tab, panes, layout, activePane, zoomed: false, broadcast: order.length > 1 && tab.broadcast }
}

type Added = Pick<TerminalTab, 'panes' | 'layout' | 'activePane'> & { readonly at: string; readonly side: Side }

/** Adds panes on one side of a tab's pane and makes them active. Pure. */
function withAdded(tab: TerminalTab, { panes, layout, activePane, at, side }: Added): TerminalTab {
  return {
    ...tab,
    panes: { ...tab.panes, ...panes },
    layout: splitPane(tab.layout, { at, side, added: layout }),
    activePane,
    zoomed: false,
  }
}

/** Replaces tabs by id; null removes a tab. Pure. */
function replaceTabs(tabs: readonly Tab[], changes: Readonly<Record<string, Tab | null>>): readonly Tab[] {
  return tabs.flatMap(tab => {
    const changed = changes[tab.id]
    return changed === undefined ? tab : (changed ?? [])
  })
}

function neighbor(state: WorkspaceState, id: string): string {
  const at = state.tabs.findIndex(tab => tab.id === id)
  return state.tabs[at + 1]?.id ?? state.tabs[at - 1]?.id ?? 'home'
}
