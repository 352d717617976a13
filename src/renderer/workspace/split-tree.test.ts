import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SplitTree } from '../../shared/contract/workspace.ts'
import { leaf, panesOf, removePane, setWeights, splitPane, type Side } from './split-tree.ts'

const side = fc.constantFrom<Side>('left', 'right', 'top', 'bottom')

/** Expects no split with one child, no nested splits of the same direction, and positive weights. */
function expectNormalized(tree: SplitTree, parent?: string): void {
  if (tree.kind === 'pane') return
  expect(tree.children.length).toBeGreaterThan(1)
  expect(tree.direction).not.toBe(parent)
  for (const child of tree.children) {
    expect(child.weight).toBeGreaterThan(0)
    expectNormalized(child.tree, tree.direction)
  }
}

describe('the split tree', () => {
  it('splits on each side', () => {
    const order = (at: Side) => panesOf(splitPane(leaf('a'), { at: 'a', side: at, added: leaf('b') }))
    expect([order('right'), order('bottom'), order('left'), order('top')]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'a'],
    ])
  })

  it('adds a third pane in the same direction to the same split', () => {
    const two = splitPane(leaf('a'), { at: 'a', side: 'right', added: leaf('b') })
    const three = splitPane(two, { at: 'b', side: 'right', added: leaf('c') })
    expect(three).toMatchObject({
      kind: 'split',
      direction: 'row',
      children: [{ tree: { paneId: 'a' } }, { tree: { paneId: 'b' } }, { tree: { paneId: 'c' } }],
    })
  })

  it('becomes the remaining pane', () => {
    const two = splitPane(leaf('a'), { at: 'a', side: 'bottom', added: leaf('b') })
    expect(removePane(two, 'a')).toEqual(leaf('b'))
    expect(removePane(leaf('a'), 'a')).toBeUndefined()
  })

  it('keeps every pane exactly once and stays normalized through any splits and removals', () => {
    const step = fc.record({ at: fc.nat(), side, remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        let tree: SplitTree = leaf('p0')
        let expected = new Set(['p0'])
        steps.forEach(({ at, side: where, remove }, n) => {
          const panes = panesOf(tree)
          const pane = panes[at % panes.length] as string
          if (remove && panes.length > 1) {
            tree = removePane(tree, pane) as SplitTree
            expected = new Set([...expected].filter(each => each !== pane))
          } else {
            tree = splitPane(tree, { at: pane, side: where, added: leaf(`p${n + 1}`) })
            expected.add(`p${n + 1}`)
          }
          expect([...panesOf(tree)].sort()).toEqual([...expected].sort())
          expectNormalized(tree)
        })
      }),
    )
  })

  it('changes only the weights at the given path', () => {
    const two = splitPane(leaf('a'), { at: 'a', side: 'right', added: leaf('b') })
    expect(setWeights(two, [], [30, 70])).toMatchObject({ children: [{ weight: 30 }, { weight: 70 }] })
    expect(setWeights(two, [5], [1, 2])).toEqual(two)
  })
})
