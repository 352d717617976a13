import type { SavedWorkspace, SplitTree } from '../../shared/contract/workspace.ts'
import { leaf, panesOf, splitPane } from './split-tree.ts'
import { useWorkspace, type Tab, type WorkspaceState } from './workspace-store.ts'

/** The part of the workspace that is saved for the next start. */
export function toSaved({ tabs, activeId }: WorkspaceState): SavedWorkspace {
  return {
    tabs: tabs.map(tab => {
      const { id, title } = tab
      if (tab.kind === 'files') return { id, title, left: tab.left, right: tab.right }
      return { id, title, layout: tab.layout, panes: panesOf(tab.layout).flatMap(pane => tab.panes[pane] ?? []) }
    }),
    activeId,
  }
}

/** Restores the saved tabs; they are not connected yet. */
export function restore(saved: SavedWorkspace): void {
  const tabs = saved.tabs.flatMap((tab): Tab[] => {
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
        activePane: first.id,
        zoomed: false,
        broadcast: false,
      },
    ]
  })
  const activeId = tabs.some(tab => tab.id === saved.activeId) ? (saved.activeId ?? 'home') : 'home'
  useWorkspace.setState({ tabs, activeId, closed: [] })
}

function samePanes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length
}
