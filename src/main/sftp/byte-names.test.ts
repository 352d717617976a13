import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { decodeName, encodeName } from './byte-names.ts'

describe('names as bytes', () => {
  test('any bytes survive a round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        expect(Buffer.from(encodeName(decodeName(bytes))).equals(Buffer.from(bytes))).toBe(true)
      }),
      { numRuns: runs(5_000) },
    )
  })

  test('text is unchanged, including the byte order mark and the replacement character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(decodeName(Buffer.from(text, 'utf8'))).toBe(text)
      }),
    )
    for (const text of ['\ufeffname', 'a\ufffdb', 'é', 'e\u0301', '😀', '\n\t\u001b'])
      expect(decodeName(Buffer.from(text, 'utf8'))).toBe(text)
  })

  test('a byte that is not valid UTF-8 is a lone surrogate of its own', () => {
    expect(decodeName(Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82]))).toBe('a\udcff\udcc3(\udce2\udc82')
    // Surrogates encoded in UTF-8, and overlong forms, are not valid UTF-8.
    expect(decodeName(Buffer.from([0xed, 0xb2, 0x80, 0xc0, 0xaf]))).toBe('\udced\udcb2\udc80\udcc0\udcaf')
  })

  test('two names are never the same string', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 8 }), (a, b) => {
        if (!Buffer.from(a).equals(Buffer.from(b))) expect(decodeName(a)).not.toBe(decodeName(b))
      }),
      { numRuns: runs(5_000) },
    )
  })
})
