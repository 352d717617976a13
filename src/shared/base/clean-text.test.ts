import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { cleanLine, cleanText } from './clean-text.ts'

describe('cleanText', () => {
  it('removes whole escape sequences', () => {
    expect(cleanText('\u001b[31mred\u001b[0m \u001b]0;title\u0007plain', 100)).toBe('red plain')
  })

  it('keeps line breaks and removes direction marks', () => {
    expect(cleanText('a\r\nb\u202ec', 100)).toBe('a\nbc')
    expect(cleanText('a\u{e0041}\u3164b👩‍🚀', 100)).toBe('ab👩‍🚀')
  })

  it('leaves no control or direction character, whatever the input, and respects its limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 80 }), (text, cap) => {
        const cleaned = cleanText(text, cap)
        // eslint-disable-next-line no-control-regex -- the very characters that must be gone
        expect(cleaned).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        expect(cleaned.length).toBeLessThanOrEqual(cap)
      }),
      { numRuns: runs(300) },
    )
  })

  it('joins several lines into one', () => {
    expect(cleanLine(' a\r\n\tb ', 100)).toBe('a b')
  })
})
