import fc from 'fast-check'
import { expect, test } from 'vitest'

import { shownName, shownText } from './shown-name.ts'

test('what can’t be seen in a name is made visible, and the rest is left alone', () => {
  expect(shownName('a\nb\tc\u001b[31m\u007f')).toBe('a␊b␉c␛[31m␡')
  expect(shownName('\udcff\udc80x')).toBe('\\xff\\x80x')
  expect(shownName('gpj.\u202eexe')).toBe('gpj.\\u202eexe')
  for (const plain of ['train.py', 'é e\u0301', '😀👩‍🚀'.replace('\u200d', ''), '$(id)', ' '])
    expect(shownName(plain)).toBe(plain)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      expect(/[\p{Cc}\u202a-\u202e]/u.test(shownName(name))).toBe(false)
    }),
  )
})

test('a text of several lines keeps them, and shows what hides in them', () => {
  expect(shownText('if x\n\ty\u202e\u200b\r\nfi')).toBe('if x\n\ty\\u202e\\u200b␍\nfi')
})
