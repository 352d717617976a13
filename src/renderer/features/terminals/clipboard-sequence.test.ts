import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../../testing/runs.ts'
import { clipboardWish, maxClipboardBytes } from './clipboard-sequence.ts'

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64')

describe('a program’s text for the clipboard', () => {
  it.each([
    ['c', 'clipboard'],
    ['', 'clipboard'],
    ['s0', 'clipboard'],
    ['pc', 'clipboard'],
    ['p', 'selection'],
  ])('with the letters %j goes to the %s', (letters, to) => {
    expect(clipboardWish(`${letters};${base64('a\nb\tü')}`)).toEqual({ kind: 'write', to, text: 'a\nb\tü' })
  })

  it.each([['c;?'], ['p;?'], [';'], ['c;'], ['c'], ['x;YQ=='], ['c;no base64!'], ['c;?YQ==']])(
    'is ignored: %j',
    data => {
      expect(clipboardWish(data)).toBeNull()
    },
  )

  it('may have one megabyte, and not a byte more', () => {
    expect(clipboardWish(`c;${base64(Buffer.alloc(maxClipboardBytes, 'x'))}`)).toMatchObject({ kind: 'write' })
    expect(clipboardWish(`c;${base64(Buffer.alloc(maxClipboardBytes + 1, 'x'))}`)).toEqual({ kind: 'too-large' })
    expect(clipboardWish(`c;${'x'.repeat(9_000_000)}`)).toEqual({ kind: 'too-large' })
  })

  it('is decoded unchanged, and no input throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string(), (text, noise) => {
        expect(clipboardWish(`c;${base64(text)}`)).toMatchObject({ text })
        clipboardWish(noise)
        clipboardWish(`c;${noise}`)
      }),
      { numRuns: runs(2000) },
    )
  })
})
