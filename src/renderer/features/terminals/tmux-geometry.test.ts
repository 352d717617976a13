import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { TerminalId } from '../../../shared/contract/terminals.ts'
import type { TmuxLayout } from '../../../shared/contract/tmux.ts'
import { runs } from '../../../testing/runs.ts'
import { boxOf, paneAtBorder, sizeFor } from './tmux-geometry.ts'

const pane = (paneId: string, width: number, height: number): TmuxLayout => ({
  kind: 'pane',
  paneId: paneId as TerminalId,
  width,
  height,
})
const geometry = { cell: { width: 8, height: 20 }, around: () => ({ width: 30, height: 45 }) }

it('gives a pane its cells and what is around them', () => {
  expect(boxOf(pane('a', 80, 24), geometry)).toEqual({ width: 670, height: 525 })
  expect(sizeFor(pane('a', 1, 1), { width: 677, height: 544 }, geometry)).toEqual({ cols: 80, rows: 24 })
})

it('counts a border as tmux does, as one cell', () => {
  const row: TmuxLayout = { kind: 'row', width: 81, height: 24, parts: [pane('a', 40, 24), pane('b', 40, 24)] }
  expect(boxOf(row, geometry)).toEqual({ width: 2 * 350 + 1, height: 525 })
  expect(sizeFor(row, { width: 701, height: 525 }, geometry)).toEqual({ cols: 81, rows: 24 })
})

it('finds the pane whose size moves a border', () => {
  const column: TmuxLayout = { kind: 'column', width: 40, height: 24, parts: [pane('b', 40, 12), pane('c', 40, 11)] }
  const row: TmuxLayout = { kind: 'row', width: 81, height: 24, parts: [pane('a', 40, 24), column] }
  expect(paneAtBorder(column, 'row')).toBe('b')
  expect(paneAtBorder(row, 'row')).toBe('b')
  expect(paneAtBorder(row, 'column')).toBe('a')
})

/** Divides a size as tmux does: any sizes of at least one cell, with one cell between them. */
const layouts = (width: number, height: number, depth: number): fc.Arbitrary<TmuxLayout> =>
  fc.constantFrom('pane' as const, 'row' as const, 'column' as const).chain(kind => {
    const length = kind === 'row' ? width : height
    if (kind === 'pane' || depth === 0 || length < 9) return fc.uuid().map(id => pane(id, width, height))
    return fc.integer({ min: 3, max: length - 4 }).chain(first => {
      const sizes = [first, length - first - 1]
      const parts = sizes.map(size =>
        kind === 'row' ? layouts(size, height, depth - 1) : layouts(width, size, depth - 1),
      )
      return fc.tuple(...parts).map((list): TmuxLayout => ({ kind, width, height, parts: list }))
    })
  })

it('never needs more room than there is, and leaves less than a cell of it unused', () => {
  const size = fc.record({ width: fc.integer({ min: 20, max: 200 }), height: fc.integer({ min: 10, max: 80 }) })
  fc.assert(
    fc.property(
      size.chain(({ width, height }) => layouts(width, height, 3)),
      layout => {
        const room = boxOf(layout, geometry)
        expect(sizeFor(layout, room, geometry)).toEqual({ cols: layout.width, rows: layout.height })
        const larger = { width: room.width + 7, height: room.height + 19 }
        expect(sizeFor(layout, larger, geometry)).toEqual({ cols: layout.width, rows: layout.height })
      },
    ),
    { numRuns: runs(5_000) },
  )
})
