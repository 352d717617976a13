import { expect, it } from 'vitest'

import { useTerminals } from './terminals-state.ts'
import { UnsentKeys } from './unsent-keys.ts'

it('keeps keys per pane until they are taken, and counts a sequence as one', () => {
  const keys = new UnsentKeys()
  for (const data of ['l', 's', '\x1b[A', 'né']) keys.add('a', data)
  keys.add('b', 'x')
  expect(useTerminals.getState().unsent).toEqual({ a: 5, b: 1 })
  expect(keys.take('a')).toBe('ls\x1b[Ané')
  expect(keys.take('a')).toBe('')
  expect(useTerminals.getState().unsent).toEqual({ b: 1 })
})

it('keeps at most 16 KiB, and never part of what was typed at once', () => {
  const keys = new UnsentKeys()
  keys.add('c', 'x'.repeat(16_000))
  expect(keys.add('c', 'y'.repeat(1_000))).toBe(false)
  keys.add('c', 'z')
  expect(keys.take('c')).toBe(`${'x'.repeat(16_000)}z`)
})
