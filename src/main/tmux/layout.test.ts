import fc from 'fast-check'
import { expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { layoutChecksum, panesOf, parseLayout, type Layout } from './layout.ts'

/** Prints a layout as tmux does (layout-custom.c). */
function printed(layout: Layout): string {
  const { width, height, x, y } = layout
  const place = `${width}x${height},${x},${y}`
  if (layout.kind === 'pane') return `${place},${layout.pane}`
  const parts = layout.parts.map(printed).join(',')
  return layout.kind === 'row' ? `${place}{${parts}}` : `${place}[${parts}]`
}

const withSum = (text: string) => `${layoutChecksum(text).toString(16).padStart(4, '0')},${text}`

const number = fc.nat({ max: 10_000 })
const place = { width: number, height: number, x: number, y: number }
const { layout } = fc.letrec<{ layout: Layout; pane: Layout; split: Layout }>(tie => ({
  layout: fc.oneof({ maxDepth: 6 }, tie('pane'), tie('split')),
  pane: fc.record({ ...place, kind: fc.constant('pane' as const), pane: fc.nat({ max: 999_999_999 }) }),
  split: fc.record({
    ...place,
    kind: fc.constantFrom('row' as const, 'column' as const),
    parts: fc.array(tie('layout'), { minLength: 1, maxLength: 5 }),
  }),
}))

it('reads what tmux 3.3a prints', () => {
  expect(parseLayout('b25d,80x24,0,0,0')).toEqual({ kind: 'pane', pane: 0, width: 80, height: 24, x: 0, y: 0 })
  const split = parseLayout('419a,80x24,0,0[80x12,0,0,1,80x11,0,13,2]')
  expect(split).toMatchObject({ kind: 'column', width: 80, height: 24 })
  expect(split && panesOf(split).map(({ pane, height, y }) => [pane, height, y])).toEqual([
    [1, 12, 0],
    [2, 11, 13],
  ])
})

it('leaves out the panes that float above the others, as tmux 3.7c prints them', () => {
  const two = parseLayout('64c7,80x24,0,0{40x24,0,0,0,39x24,41,0,1,40x6,4,2,2}<40x6,4,2,2>')
  expect(two).toMatchObject({ kind: 'row', parts: [{ pane: 0 }, { pane: 1 }] })
  const one = parseLayout('ff0b,80x24,0,0{80x24,0,0,1,40x6,4,2,2}<40x6,4,2,2>')
  expect(one).toEqual({ kind: 'pane', pane: 1, width: 80, height: 24, x: 0, y: 0 })
  expect(parseLayout(withSum('80x24,0,0{80x24,0,0,1,40x6,-4,-2,2}<40x6,-4,-2,2>'))).toEqual(one)
  const none = parseLayout('61be,35x6,4,2[35x6,4,2,2,35x6,41,2,3]<35x6,41,2,3,35x6,4,2,2>')
  expect(none && panesOf(none).map(({ pane }) => pane)).toEqual([2, 3])
})

it('reads every layout that can be printed', () => {
  fc.assert(
    fc.property(layout, each => {
      expect(parseLayout(withSum(printed(each)))).toEqual(each)
    }),
    { numRuns: runs(2_000) },
  )
})

it('refuses a wrong checksum, and everything that is no layout', () => {
  expect(parseLayout('b25e,80x24,0,0,0')).toBeNull()
  const texts = ['', '80x24', '80x24,0,0', '80x24,0,0,', '80x24,0,0{}', '80x24,0,0[80x12,0,0,1', '80x24,0,0,1,2']
  for (const text of [
    ...texts,
    '80x24,0,0{80x12,0,0,1]',
    '80x24,0,0,1 ',
    '80x24,0,0,1<',
    '80x24,0,0,1<8x8,0,0,1',
    `${'8x8,0,0{'.repeat(1_000)}`,
  ])
    expect(parseLayout(withSum(text)), text).toBeNull()
})

it('never throws', () => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789abcdefx,-{}[]<> ') })
  fc.assert(
    fc.property(text, fc.boolean(), (each, sums) => void parseLayout(sums ? withSum(each) : each)),
    { numRuns: runs(5_000) },
  )
})
