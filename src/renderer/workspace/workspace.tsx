import { Group, Panel, Separator, type Layout } from 'react-resizable-panels'
import { Fragment, type ReactNode } from 'react'

import type { Pane, SplitTree } from '../../shared/contract/workspace.ts'
import ui from '../ui/text.module.css'
import css from './workspace.module.css'
import { resizeSplit, type TerminalTab } from './workspace-store.ts'

/** The panes of one tab in their splits; a zoomed pane is shown alone. */
export function TabPanes({
  tab,
  renderPane,
}: {
  readonly tab: TerminalTab
  readonly renderPane: (pane: Pane, tab: TerminalTab) => ReactNode
}) {
  const zoomed = tab.zoomed ? tab.panes[tab.activePane] : undefined
  return (
    <div className={css['panes']} role="tabpanel" aria-label="Terminals">
      <h1 className={ui['hidden']}>Terminals</h1>
      {zoomed ? renderPane(zoomed, tab) : <Branch tab={tab} tree={tab.layout} path={[]} renderPane={renderPane} />}
    </div>
  )
}

interface BranchProps {
  readonly tab: TerminalTab
  readonly tree: SplitTree
  readonly path: readonly number[]
  readonly renderPane: (pane: Pane, tab: TerminalTab) => ReactNode
}

function Branch({ tab, tree, path, renderPane }: BranchProps) {
  if (tree.kind === 'pane') {
    const pane = tab.panes[tree.paneId]
    return pane === undefined ? null : renderPane(pane, tab)
  }
  const total = tree.children.reduce((sum, child) => sum + child.weight, 0)
  const keys = tree.children.map(child => keyOf(child.tree))
  // Sizes are stored in the tree, and a new set of children creates a new group with those sizes.
  const keep = (layout: Layout) => {
    const weights = keys.map(key => layout[key] ?? 0)
    if (weights.every(weight => weight > 0)) resizeSplit(tab.id, path, weights)
  }
  return (
    <Group
      key={keys.join()}
      orientation={tree.direction === 'row' ? 'horizontal' : 'vertical'}
      className={css['group'] ?? ''}
      onLayoutChanged={keep}
    >
      {tree.children.map((child, index) => (
        <Fragment key={keys[index]}>
          {index > 0 && <Separator className={css['separator'] ?? ''} aria-label="Resize panes" />}
          <Panel
            id={keys[index] ?? ''}
            defaultSize={`${(child.weight / total) * 100}%`}
            minSize="8%"
            className={css['panel'] ?? ''}
          >
            <Branch tab={tab} tree={child.tree} path={[...path, index]} renderPane={renderPane} />
          </Panel>
        </Fragment>
      ))}
    </Group>
  )
}

function keyOf(tree: SplitTree): string {
  return tree.kind === 'pane' ? tree.paneId : tree.children.map(child => keyOf(child.tree)).join('+')
}
