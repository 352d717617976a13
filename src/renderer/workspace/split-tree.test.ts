import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SplitTree } from '../../shared/contract/workspace.ts'
import { leaf, panesOf, removePane, setWeights, splitPane, type Side } from './split-tree.ts'

const side = fc.constantFrom<Side>('left', 'right', 'top', 'bottom')

/** No split with one child, none in one of the same direction, weights above 0. */
function expectSettled(tree: SplitTree, parent?: string): void {
  if (tree.kind === 'pane') return
  expect(tree.children.length).toBeGreaterThan(1)
  expect(tree.direction).not.toBe(parent)
  for (const child of tree.children) {
    expect(child.weight).toBeGreaterThan(0)
    expectSettled(child.tree, tree.direction)
  }
}

describe('the tree of splits', () => {
  it('splits to each side', () => {
    const order = (at: Side) => panesOf(splitPane(leaf('a'), { at: 'a', side: at, added: leaf('b') }))
    expect([order('right'), order('bottom'), order('left'), order('top')]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'a'],
    ])
  })

  it('takes a third pane in the same direction into the same split', () => {
    const two = splitPane(leaf('a'), { at: 'a', side: 'right', added: leaf('b') })
    const three = splitPane(two, { at: 'b', side: 'right', added: leaf('c') })
    expect(three).toMatchObject({
      kind: 'split',
      direction: 'row',
      children: [{ tree: { paneId: 'a' } }, { tree: { paneId: 'b' } }, { tree: { paneId: 'c' } }],
    })
  })

  it('leaves the one pane that stays', () => {
    const two = splitPane(leaf('a'), { at: 'a', side: 'bottom', added: leaf('b') })
    expect(removePane(two, 'a')).toEqual(leaf('b'))
    expect(removePane(leaf('a'), 'a')).toBeUndefined()
  })

  it('keeps every pane once and stays settled through any splits and removals', () => {
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
          expectSettled(tree)
        })
      }),
    )
  })

  it('changes only the weights it is told to', () => {
    const two = splitPane(leaf('a'), { at: 'a', side: 'right', added: leaf('b') })
    expect(setWeights(two, [], [30, 70])).toMatchObject({ children: [{ weight: 30 }, { weight: 70 }] })
    expect(setWeights(two, [5], [1, 2])).toEqual(two)
  })
})
