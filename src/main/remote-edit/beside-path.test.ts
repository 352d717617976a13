import { expect, test } from 'vitest'

import { besidePath } from './edit.ts'

const now = new Date('2026-03-04T05:06:07.890Z')

test('changes are kept beside the file under its name and the time', () => {
  expect(besidePath('/home/me/train.py', now)).toBe('/home/me/train.py.mine-2026-03-04T05-06-07')
})

test('a name as long as disks take is cut between two characters, and fits with the time', () => {
  for (const name of ['x'.repeat(255), 'é'.repeat(127), `a${'é'.repeat(127)}`, '😀'.repeat(63), '\udcff'.repeat(255)]) {
    const beside = besidePath(`/data/${name}`, now).slice('/data/'.length)
    expect(Buffer.byteLength(beside.replaceAll('\udcff', '?'))).toBeLessThanOrEqual(255)
    const stem = beside.slice(0, -'.mine-2026-03-04T05-06-07'.length)
    expect(name.startsWith(stem) && stem.length > 45).toBe(true)
  }
})
