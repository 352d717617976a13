import fc from 'fast-check'
import { expect, test } from 'vitest'

import { hiddenIn, shortName, shownName, shownText } from './shown-name.ts'

test('invisible characters of a name are made visible, and the rest is unchanged', () => {
  expect(shownName('a\nb\tc\u001b[31m\u007f')).toBe('a␊b␉c␛[31m␡')
  expect(shownName('\udcff\udc80x')).toBe('\\xff\\x80x')
  expect(shownName('gpj.\u202eexe')).toBe('gpj.\\u202eexe')
  for (const plain of ['train.py', 'é e\u0301', '😀👩‍🚀👨🏽‍💻🏳️‍🌈❤️1️⃣', '$(id)', ' ']) expect(shownName(plain)).toBe(plain)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      expect(/[\p{Cc}\u202a-\u202e]/u.test(shownName(name))).toBe(false)
    }),
  )
})

test('every format character of Unicode is shown, except within an emoji', () => {
  const all = Array.from({ length: 0x11_0000 }, (_each, code) => code)
    .filter(code => code < 0xd800 || code > 0xdfff)
    .map(code => String.fromCodePoint(code))
  const unseen = all.filter(character => /[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(character))
  expect(unseen.length).toBeGreaterThan(4_000)
  for (const character of unseen) {
    const code = (character.codePointAt(0) as number).toString(16)
    const shown = code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
    expect(shownName(`a${character}b`)).toBe(`a${shown}b`)
    expect(shownText(`${character}\n`)).toBe(`${shown}\n`)
    expect(hiddenIn(`a\n${character}${character}`, 5)).toEqual([shown])
  }
})

test('a joiner is kept only between two pictographs of an emoji', () => {
  expect(shownName('👩\u200dx')).toBe('👩\\u200dx')
  expect(shownName('x\u200d👩')).toBe('x\\u200d👩')
  expect(shownName('👩\u200d')).toBe('👩\\u200d')
  expect(shownName('👩\u200d\u200d🚀')).toBe('👩\\u200d\\u200d🚀')
  expect(shownName('1\ufe0fx')).toBe('1\\ufe0fx')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
      const isJoint = /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?\u200d\p{Extended_Pictographic}/u
      const shown = shownName(`${before}\u200d${after}`)
      if (shown.includes('\u200d')) expect(shown).toMatch(isJoint)
    }),
  )
})

test('hidden characters of a text are listed, each once and up to the limit', () => {
  expect(hiddenIn('ls\n\t👩‍🚀', 5)).toEqual([])
  expect(hiddenIn('a\u202eb\u202e\u200b\u001b\udcff', 5)).toEqual(['\\xff', '␛', '\\u202e', '\\u200b'])
  expect(hiddenIn('\u202e\u200b\u2060', 2)).toEqual(['\\u202e', '\\u200b'])
})

test('a long name in a sentence is cut in its middle and keeps its extension', () => {
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

test('a text of several lines keeps them, and shows hidden characters', () => {
  expect(shownText('if x\n\ty\u202e\u200b\r\nfi')).toBe('if x\n\ty\\u202e\\u200b␍\nfi')
})
