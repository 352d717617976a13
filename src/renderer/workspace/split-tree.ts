import type { SplitBranch, SplitTree } from '../../shared/contract/workspace.ts'

export type Side = 'left' | 'right' | 'top' | 'bottom'

/** A tree with one pane. */
export function leaf(paneId: string): SplitTree {
  return { kind: 'pane', paneId }
}

/** The panes in reading order. */
export function panesOf(tree: SplitTree): readonly string[] {
  return tree.kind === 'pane' ? [tree.paneId] : tree.children.flatMap(child => panesOf(child.tree))
}

/** Adds a tree on one side of a pane; an existing split in that direction gets one more child. */
export function splitPane(tree: SplitTree, options: { at: string; side: Side; added: SplitTree }): SplitTree {
  return settle(insert(tree, options))
}

/** Removes a pane; undefined if it was the last one. */
export function removePane(tree: SplitTree, paneId: string): SplitTree | undefined {
  if (tree.kind === 'pane') return tree.paneId === paneId ? undefined : tree
  const children = tree.children.flatMap(child => {
    const rest = removePane(child.tree, paneId)
    return rest === undefined ? [] : [{ ...child, tree: rest }]
  })
  return children.length === 0 ? undefined : settle({ ...tree, children })
}

/** Sets the weights of the split at `path` (child indices from the root). */
export function setWeights(tree: SplitTree, path: readonly number[], weights: readonly number[]): SplitTree {
  if (tree.kind === 'pane') return tree
  const [head, ...rest] = path
  const children = tree.children.map((child, index) => {
    if (head === undefined) return { ...child, weight: weights[index] ?? child.weight }
    return index === head ? { ...child, tree: setWeights(child.tree, rest, weights) } : child
  })
  return { ...tree, children }
}

function insert(tree: SplitTree, options: { at: string; side: Side; added: SplitTree }): SplitTree {
  const { at, side, added } = options
  if (tree.kind === 'pane') {
    if (tree.paneId !== at) return tree
    const pair = [branch(tree), branch(added)]
    return { kind: 'split', direction: directionOf(side), children: isBefore(side) ? pair.reverse() : pair }
  }
  return { ...tree, children: tree.children.map(child => ({ ...child, tree: insert(child.tree, options) })) }
}

// Replaces a split that has one child with that child, and merges nested splits of the same direction.
function settle(tree: SplitTree): SplitTree {
  if (tree.kind === 'pane') return tree
  const children = tree.children.flatMap(child => {
    const inner = settle(child.tree)
    if (inner.kind === 'pane' || inner.direction !== tree.direction) return [{ ...child, tree: inner }]
    const total = inner.children.reduce((sum, each) => sum + each.weight, 0)
    return inner.children.map(each => ({ ...each, weight: (each.weight / total) * child.weight }))
  })
  const [only] = children
  return children.length === 1 && only ? only.tree : { ...tree, children }
}

function branch(tree: SplitTree): SplitBranch {
  return { weight: 1, tree }
}

function directionOf(side: Side): 'row' | 'column' {
  return side === 'left' || side === 'right' ? 'row' : 'column'
}

function isBefore(side: Side): boolean {
  return side === 'left' || side === 'top'
}

/** Renames the panes of a tree. */
export function renamePanes(tree: SplitTree, nameOf: (id: string) => string): SplitTree {
  if (tree.kind === 'pane') return leaf(nameOf(tree.paneId))
  const children = tree.children.map(child => ({ ...child, tree: renamePanes(child.tree, nameOf) }))
  return { ...tree, children }
}
