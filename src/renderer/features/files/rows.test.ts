import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Entry } from '../../../shared/contract/files.ts'
import { compareEntries } from './compare.ts'
import { modeText, timeText, visibleRows, type RowFilter } from './rows.ts'
import { clickRow, keepNames, moveCursor, noSelection, selectAll, toggleAndStep } from './selection.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  name,
  kind: 'file',
  size: 1,
  mtimeMs: 0,
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: null,
  group: null,
  link: null,
  ...more,
})
const all: RowFilter = { sort: { column: 'name', down: false }, hidden: true, text: '', sizes: {} }
const names = (entries: readonly Entry[], filter: Partial<RowFilter> = {}) =>
  visibleRows(entries, { ...all, ...filter }).map(({ name }) => name)

describe('the rows of a folder', () => {
  test('folders come first, and names are in natural order', () => {
    const entries = ['epoch_10.pt', 'Epoch_2.pt', 'epoch_1.pt'].map(name => entry(name))
    expect(names([...entries, entry('zzz', { kind: 'folder' })])).toEqual([
      'zzz',
      'epoch_1.pt',
      'Epoch_2.pt',
      'epoch_10.pt',
    ])
  })

  test('hidden and partial files are left out, and the filter ignores case', () => {
    const entries = ['.git', '.a.hawser-part', 'Train.py', 'eval.py'].map(name => entry(name))
    expect(names(entries, { hidden: false })).toEqual(['eval.py', 'Train.py'])
    expect(names(entries)).toEqual(['.git', 'eval.py', 'Train.py'])
    expect(names(entries, { text: 'TRAIN' })).toEqual(['Train.py'])
  })

  test('sorting by any column keeps all rows', () => {
    const some = fc.array(
      fc
        .record({ name: fc.string({ minLength: 1 }), size: fc.nat(), mtimeMs: fc.nat() })
        .map(({ name, ...more }) => entry(name, more)),
    )
    fc.assert(
      fc.property(
        some,
        fc.constantFrom('name', 'size', 'modified', 'mode', 'owner', 'type'),
        fc.boolean(),
        (entries, column, down) => {
          const sorted = visibleRows(entries, { ...all, sort: { column, down } })
          expect(sorted.length).toBe(entries.length)
          if (column === 'size') {
            const sizes = sorted.map(({ size }) => size)
            expect(sizes).toEqual(sizes.toSorted((a, b) => (down ? b - a : a - b)))
          }
        },
      ),
    )
  })

  test('a file may have the name of a built-in object property', () => {
    expect(
      names([entry('constructor', { kind: 'folder' }), entry('__proto__')], { sort: { column: 'size', down: false } }),
    ).toHaveLength(2)
  })

  test('sizes, permissions and times are formatted for people', () => {
    expect([0, 999, 1000, 18_400, 1_413_000_000].map(sizeText)).toEqual(['0 B', '999 B', '1.0 KB', '18.4 KB', '1.4 GB'])
    expect(modeText({ mode: 0o4755, kind: 'file' })).toBe('-rwsr-xr-x')
    expect(modeText({ mode: 0o1777, kind: 'folder' })).toBe('drwxrwxrwt')
    const now = new Date(2026, 10, 20, 12)
    expect(timeText(new Date(2026, 10, 20, 9, 41).getTime(), now)).toBe('Today 09:41')
    expect(timeText(new Date(2026, 10, 19, 23, 59).getTime(), now)).toMatch(/^Yesterday/)
    expect(timeText(null, now)).toBe('')
  })
})

describe('selecting', () => {
  const list = ['a', 'b', 'c', 'd', 'e']
  const picked = (selection: { selected: ReadonlySet<string> }) => [...selection.selected]

  test('a click selects one row, Ctrl toggles a row, and Shift selects a range', () => {
    const one = clickRow({ names: list, selection: noSelection }, 'b', { toggle: false, range: false })
    const two = clickRow({ names: list, selection: one }, 'd', { toggle: true, range: false })
    expect(picked(two)).toEqual(['b', 'd'])
    expect(picked(clickRow({ names: list, selection: two }, 'b', { toggle: true, range: false }))).toEqual(['d'])
    expect(picked(clickRow({ names: list, selection: one }, 'e', { toggle: false, range: true }))).toEqual([
      'b',
      'c',
      'd',
      'e',
    ])
  })

  test('the cursor keys stay within the list', () => {
    expect(moveCursor({ names: list, selection: noSelection }, 1, false).cursor).toBe('a')
    expect(moveCursor({ names: list, selection: noSelection }, -1, false).cursor).toBe('e')
    expect(moveCursor({ names: list, selection: noSelection }, list.length, false).cursor).toBe('e')
    const atEnd = moveCursor({ names: list, selection: noSelection }, 99, false)
    expect(moveCursor({ names: list, selection: atEnd }, -1, true)).toMatchObject({ cursor: 'd' })
    expect(picked(selectAll({ names: list, selection: atEnd }))).toEqual(list)
    expect(toggleAndStep({ names: list, selection: noSelection })).toMatchObject({ cursor: 'b' })
    expect(moveCursor({ names: [], selection: noSelection }, 1, false)).toEqual(noSelection)
  })

  test('names that no longer exist are deselected', () => {
    const some = selectAll({ names: list, selection: noSelection })
    expect(picked(keepNames(new Set(['b']), some))).toEqual(['b'])
    expect(keepNames(new Set(['b']), some).cursor).toBeNull()
  })
})

test('folders are compared by size and time, at the resolution of SFTP', () => {
  const mine = [
    entry('same', { mtimeMs: 10_000 }),
    entry('newer', { mtimeMs: 90_000 }),
    entry('mine'),
    entry('size', { size: 5 }),
  ]
  const theirs = [
    entry('same', { mtimeMs: 10_900 }),
    entry('newer', { mtimeMs: 1_000 }),
    entry('size'),
    entry('theirs'),
  ]
  expect(compareEntries(mine, theirs)).toEqual({ same: 'same', newer: 'newer', mine: 'only-here', size: 'different' })
})
