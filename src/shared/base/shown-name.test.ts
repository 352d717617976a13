import fc from 'fast-check'
import { expect, test } from 'vitest'

import { shortName, shownName, shownText } from './shown-name.ts'

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

test('a long name in a sentence is cut in its middle and keeps its ending', () => {
  expect(shortName('report.tar.gz')).toBe('report.tar.gz')
  expect(shortName(`${'a'.repeat(5_000)}.tar.gz`, 21)).toBe('aaaaaaaaaa…aaa.tar.gz')
  expect(shortName('ab😀cd😀ef', 8)).toBe('ab…ef')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 8, max: 130 }), (name, max) => {
      const short = shortName(name, max)
      expect(short.length).toBeLessThanOrEqual(max)
      expect(/[\p{Cc}\u202a-\u202e]/u.test(short)).toBe(false)
      if (shownName(name).length <= max) expect(short).toBe(shownName(name))
      else expect(short).toContain('…')
    }),
  )
})

test('a text of several lines keeps them, and shows what hides in them', () => {
  expect(shownText('if x\n\ty\u202e\u200b\r\nfi')).toBe('if x\n\ty\\u202e\\u200b␍\nfi')
})
