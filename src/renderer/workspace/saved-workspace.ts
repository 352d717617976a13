import type { SavedWorkspace, SplitTree } from '../../shared/contract/workspace.ts'
import { leaf, panesOf, splitPane } from './split-tree.ts'
import { asOneTab, isTmuxTab } from './tmux-tabs.ts'
import { useWorkspace, type Tab, type WorkspaceState } from './workspace-store.ts'

/** The part of the workspace that is saved for the next start. */
export function toSaved({ tabs: all, activeId, closed }: WorkspaceState): SavedWorkspace {
  // The windows of a tmux session come back with it, so that one tab stands for all of them.
  const firstOf = new Map(
    all
      .filter(isTmuxTab)
      .toReversed()
      .map(tab => [tab.tmux.session, tab]),
  )
  const tabs = all.flatMap(tab => {
    if (!isTmuxTab(tab)) return tab
    return firstOf.get(tab.tmux.session) === tab ? asOneTab(tab) : []
  })
  const active = all.find(({ id }) => id === activeId)
  return {
    tabs: tabs.map(savedTab),
    activeId: isTmuxTab(active) ? (firstOf.get(active.tmux.session)?.id ?? activeId) : activeId,
    closed: closed.map(({ tab, index }) => ({ tab: savedTab(tab), index })),
  }
}

type SavedTab = SavedWorkspace['tabs'][number]

function savedTab(tab: Tab): SavedTab {
  const { id, title } = tab
  if (tab.kind === 'files') return { id, title, left: tab.left, right: tab.right }
  const { layout, activePane, zoomed } = tab
  return { id, title, layout, activePane, zoomed, panes: panesOf(layout).flatMap(pane => tab.panes[pane] ?? []) }
}

/** Restores the saved tabs; they are not connected yet, and input goes to one pane only. */
export function restore(saved: SavedWorkspace): void {
  const tabs = saved.tabs.flatMap(restoredTab)
  const activeId = tabs.some(tab => tab.id === saved.activeId) ? (saved.activeId ?? 'home') : 'home'
  const closed = saved.closed.flatMap(({ tab, index }) =>
    restoredTab(tab).map(restored => ({ tab: restored, index, live: false })),
  )
  useWorkspace.setState({ tabs, activeId, closed })
}

function restoredTab(tab: SavedTab): Tab[] {
  if ('left' in tab) return [{ ...tab, kind: 'files', focus: 'left' }]
  const [first] = tab.panes
  if (!first) return []
  const panes = Object.fromEntries(tab.panes.map(pane => [pane.id, pane]))
  const whole = tab.layout !== null && samePanes(panesOf(tab.layout), Object.keys(panes))
  // A layout that doesn't match its panes is rebuilt, so that no pane is lost.
  const layout =
    whole && tab.layout !== null
      ? tab.layout
      : tab.panes
          .slice(1)
          .reduce<SplitTree>(
            (tree, pane) => splitPane(tree, { at: first.id, side: 'right', added: leaf(pane.id) }),
            leaf(first.id),
          )
  return [
    {
      kind: 'terminals',
      id: tab.id,
      title: tab.title,
      panes,
      layout,
      // Keys typed after a restored page must go where those before it went.
      activePane: tab.activePane !== null && panes[tab.activePane] ? tab.activePane : first.id,
      zoomed: tab.zoomed && tab.panes.length > 1,
      broadcast: false,
    },
  ]
}

function samePanes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length
}
