import fc from 'fast-check'
import { expect, test } from 'vitest'

import { textLinks } from './text-links.ts'

const leads = (text: string) => textLinks(text).flatMap(({ address }) => address ?? [])

test('web addresses are found without the punctuation around them', () => {
  expect(textLinks('To sign in, visit: https://login.example/a/1?x=2.')).toEqual([
    { text: 'To sign in, visit: ', address: null },
    { text: 'https://login.example/a/1?x=2', address: 'https://login.example/a/1?x=2' },
    { text: '.', address: null },
  ])
  expect(leads('(https://a.example/b) “http://c.example”, <https://d.example>')).toEqual([
    'https://a.example/b',
    'http://c.example/',
    'https://d.example/',
  ])
})

test('nothing else is a link, and international host names are shown in Punycode', () => {
  expect(leads('file:///etc/passwd javascript:alert(1) mailto:a@b ftp://c.example https:// http://[')).toEqual([])
  expect(textLinks('https://аpple.example/').map(({ text }) => text)).toEqual(['https://xn--pple-43d.example/'])
})

test('no character of a plain text is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), text => {
      expect(
        textLinks(text)
          .map(piece => piece.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
