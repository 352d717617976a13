import { cleanLine } from '../../shared/base/clean-text.ts'
import { shownName } from '../../shared/base/shown-name.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import type { TmuxLayout, TmuxSession, TmuxWindow } from '../../shared/contract/tmux.ts'
import type { Pane, SplitTree } from '../../shared/contract/workspace.ts'
import { labelOf } from '../mirrors/targets.ts'
import { leaf } from './split-tree.ts'
import { tabOf, useWorkspace, withoutPane, type Tab, type TerminalTab, type WorkspaceState } from './workspace-store.ts'

const longestTitle = 256

/** A tab that shows a window of a tmux session: tmux owns its layout, its name and its place among the others. */
export interface TmuxTab extends TerminalTab {
  readonly tmux: NonNullable<TerminalTab['tmux']>
}

export function isTmuxTab(tab: Tab | undefined): tab is TmuxTab {
  return tab?.kind === 'terminals' && tab.tmux !== undefined
}

/** The tabs of a session, in tmux's order. */
export function tabsOfSession(session: string, tabs = useWorkspace.getState().tabs): readonly TmuxTab[] {
  return tabs.filter(isTmuxTab).filter(({ tmux }) => tmux.session === session)
}

// Sessions that this window has left, while main still names them.
const left = new Set<string>()

interface ShowOptions {
  /** True while tmux may not know which panes the user has made active. */
  readonly keepsActive: boolean
}

/**
 * Shows the windows of all attached sessions as tabs: new ones next to the others of their session, changed ones where they
 * are. A session that has ended leaves one tab, which says so.
 */
export function showTmuxSessions(sessions: readonly TmuxSession[], options: ShowOptions): void {
  const shown = sessions.filter(({ id }) => !left.has(id))
  for (const id of left) if (!sessions.some(session => session.id === id)) left.delete(id)
  useWorkspace.setState(state => {
    const withoutOld = withoutEnded(state, new Set(shown.map(({ id }) => id)))
    const there = shown.reduce((before, session) => withSession(before, session, options), withoutOld)
    return there.tabs === state.tabs ? state : { ...there, activeId: activeAfter(state, there) }
  })
}

/** Closes the tabs of a session that goes on without this window. They can be reopened as one. */
export function leaveTmuxSession(session: string): void {
  left.add(session)
  useWorkspace.setState(state => {
    const own = tabsOfSession(session, state.tabs)
    const [first] = own
    if (!first) return state
    const tabs = state.tabs.filter(tab => !own.some(each => each === tab))
    const closed = { tab: asOneTab(first), index: state.tabs.indexOf(first), live: false }
    return {
      ...state,
      tabs,
      closed: [...state.closed, closed],
      activeId: activeAfter(state, { ...state, tabs }),
    }
  })
}

/** A tab of a session as it is without it: with its active pane, which attaches again when it connects. */
export function asOneTab({ tmux: _gone, ...tab }: TmuxTab): TerminalTab {
  const pane = tab.panes[tab.activePane] as Pane
  return { ...tab, title: null, panes: { [pane.id]: pane }, layout: leaf(pane.id), zoomed: false, broadcast: false }
}

function withSession(state: WorkspaceState, session: TmuxSession, options: ShowOptions): WorkspaceState {
  const { tabs } = state
  const ids = new Set(session.windows.flatMap(({ layout }) => panesIn(layout)))
  if (ids.size === 0) return state
  const own = new Set<Tab>(tabs.filter(tab => belongs(tab, session.id, ids)))
  const before = [...own].filter(tab => tab.kind === 'terminals')
  const used = new Set<Tab>()
  const windows = session.windows.map(window => {
    const tab = before.find(each => !used.has(each) && shows(each, session.id, window))
    if (tab) used.add(tab)
    return windowTab(tab, { session, window, tabs, ...options })
  })
  // The places of its tabs stay theirs, in the order of the windows; further windows follow the last one.
  const places = tabs.flatMap((tab, index) => (own.has(tab) ? index : []))
  if (tabs.length === 0) return { ...state, tabs: windows }
  const from = places.length > 0 ? places : [openerPlace(tabs, ids)]
  const rest = tabs.flatMap((tab, index) => {
    const at = from.indexOf(index)
    const here = at < 0 ? [] : at === from.length - 1 ? windows.slice(at) : windows.slice(at, at + 1)
    return own.has(tab) ? here : [withoutPanes(tab, ids), ...here].filter(each => each !== null)
  })
  return sameTabs(rest, tabs) ? state : { ...state, tabs: rest }
}

/** True for a tab of the session, or one with nothing but panes of it. */
function belongs(tab: Tab, session: string, panes: ReadonlySet<string>): boolean {
  if (tab.kind !== 'terminals') return false
  return tab.tmux ? tab.tmux.session === session : Object.keys(tab.panes).every(id => panes.has(id))
}

function shows(tab: TerminalTab, session: string, window: TmuxWindow): boolean {
  if (tab.tmux?.session === session) return tab.tmux.window === window.id
  return panesIn(window.layout).some(id => tab.panes[id] !== undefined)
}

/** The tab from whose split a pane of the session was opened. */
function openerPlace(tabs: readonly Tab[], panes: ReadonlySet<string>): number {
  const at = tabs.findIndex(tab => tab.kind === 'terminals' && Object.keys(tab.panes).some(id => panes.has(id)))
  return at < 0 ? tabs.length - 1 : at
}

/** A tab of other panes, without those that are shown elsewhere now. */
function withoutPanes(tab: Tab, panes: ReadonlySet<string>): Tab | null {
  if (tab.kind !== 'terminals') return tab
  return Object.keys(tab.panes)
    .filter(id => panes.has(id))
    .reduce<TerminalTab | null>((rest, id) => rest && withoutPane(rest, id), tab)
}

interface WindowOf extends ShowOptions {
  readonly session: TmuxSession
  readonly window: TmuxWindow
  readonly tabs: readonly Tab[]
}

function windowTab(tab: TerminalTab | undefined, { session, window, tabs, keepsActive }: WindowOf): TerminalTab {
  const ids = panesIn(window.layout)
  const known = (id: string) => tabs.flatMap(each => (each.kind === 'terminals' ? (each.panes[id] ?? []) : []))[0]
  // The target of a known pane stays the same object: with another one its terminal would be put into the page again.
  const panes = ids.map((id): Pane => ({
    ...(known(id) ?? { id, target: session.target, title: labelOf(session.target) }),
    run: session.run,
  }))
  const own = tab ?? tabOf(panes[0] as Pane)
  // What the user has focused meanwhile counts until tmux says something new.
  const said = keepsActive && own.tmux ? own.tmux.activePane : window.activePane
  const isNew = own.tmux?.activePane !== said
  const next: TerminalTab = {
    ...own,
    title: titleOf(session, window),
    panes: Object.fromEntries(panes.map(pane => [pane.id, pane])),
    layout: treeOf(window.layout),
    activePane: !isNew && ids.includes(own.activePane) ? own.activePane : window.activePane,
    zoomed: window.isZoomed,
    broadcast: own.broadcast && ids.length > 1,
    tmux: {
      session: session.id,
      window: window.id,
      name: window.name,
      activePane: said,
      visible: window.visible,
    },
  }
  return JSON.stringify(next) === JSON.stringify(own) ? own : next
}

/** The name that somebody gave the window, or what tells it from others; null shows the title of its active pane. */
function titleOf({ run, target, windows }: TmuxSession, { name, isNamedByProgram }: TmuxWindow): string | null {
  if (run.kind === 'tmux' && run.socket === 'hawser') return isNamedByProgram ? null : name
  const session = shownName(run.session)
  const title = isNamedByProgram && windows.length === 1 ? `${session} · ${labelOf(target)}` : `${name} · ${session}`
  return cleanLine(title, longestTitle)
}

function panesIn(layout: TmuxLayout): readonly TerminalId[] {
  return layout.kind === 'pane' ? [layout.paneId] : layout.parts.flatMap(panesIn)
}

function treeOf(layout: TmuxLayout): SplitTree {
  if (layout.kind === 'pane') return leaf(layout.paneId)
  const size = ({ width, height }: TmuxLayout) => (layout.kind === 'row' ? width : height)
  const children = layout.parts.map(part => ({ weight: Math.max(1, size(part)), tree: treeOf(part) }))
  return { kind: 'split', direction: layout.kind, children }
}

/** Leaves one tab of each session that is no longer there: the active one, or the first. */
function withoutEnded(state: WorkspaceState, there: ReadonlySet<string>): WorkspaceState {
  const ended = new Set(
    state.tabs.filter(isTmuxTab).flatMap(({ tmux }) => (there.has(tmux.session) ? [] : tmux.session)),
  )
  if (ended.size === 0) return state
  const kept = new Set(
    [...ended].map(session => {
      const own = tabsOfSession(session, state.tabs)
      return own.find(({ id }) => id === state.activeId) ?? own[0]
    }),
  )
  const tabs = state.tabs.flatMap(tab => {
    if (!isTmuxTab(tab) || !ended.has(tab.tmux.session)) return tab
    return kept.has(tab) ? asOneTab(tab) : []
  })
  return { ...state, tabs }
}

function sameTabs(a: readonly Tab[], b: readonly Tab[]): boolean {
  return a.length === b.length && a.every((tab, index) => tab === b[index])
}

/** The tab that is active once others have gone: the one that took its place. */
function activeAfter(before: WorkspaceState, { tabs }: WorkspaceState): string {
  const { activeId } = before
  if (activeId === 'home' || tabs.some(({ id }) => id === activeId)) return activeId
  const at = before.tabs.findIndex(({ id }) => id === activeId)
  return (tabs[Math.min(at, tabs.length - 1)] ?? tabs.at(-1))?.id ?? 'home'
}
