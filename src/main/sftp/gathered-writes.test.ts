import { setImmediate as turn } from 'node:timers/promises'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { GatheredWrites } from './gathered-writes.ts'

test('small writes of one turn go out as one', async () => {
  const written: Uint8Array[] = []
  const writes = new GatheredWrites(data => written.push(data))
  for (const text of ['one ', 'two ', 'three']) writes.push(Buffer.from(text))
  expect(written).toEqual([])
  await turn()
  expect(written.map(String)).toEqual(['one two three'])
})

test('all data is sent once and in order, in pieces that every server accepts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 40 }), async sizes => {
      const written: Uint8Array[] = []
      const writes = new GatheredWrites(data => written.push(data))
      const all = sizes.map((size, at) => Buffer.alloc(size, at + 1))
      for (const each of all) writes.push(each)
      await turn()
      expect(Buffer.concat(written).equals(Buffer.concat(all))).toBe(true)
      expect(written.every(({ length }) => length <= 32 * 1024 || all.some(each => each.length === length))).toBe(true)
    }),
    { numRuns: runs(100) },
  )
})
