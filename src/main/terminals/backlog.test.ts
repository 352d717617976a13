import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { Backlog } from './backlog.ts'
import { LastingModes } from './lasting-modes.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const text = (from: Backlog) => Buffer.from(from.read().bytes).toString('latin1')

describe('Backlog', () => {
  it('returns everything while it is short', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), chunks => {
        const backlog = new Backlog(10_000)
        for (const chunk of chunks) backlog.add(chunk)
        expect(backlog.read()).toEqual({ bytes: new Uint8Array(Buffer.concat(chunks)), whole: true })
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('keeps the end, from the start of a line, however the output was cut', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc
            .string({ unit: 'binary-ascii', maxLength: 12 })
            .map(line => line.replaceAll('\n', '').replaceAll('\u001b', '')),
          {
            minLength: 1,
            maxLength: 60,
          },
        ),
        fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
        fc.integer({ min: 20, max: 100 }),
        (lines, sizes, limit) => {
          const whole = lines.map(line => `${line}\n`).join('')
          const backlog = new Backlog(limit)
          for (let at = 0; at < whole.length;) {
            const size = sizes.next().value as number
            backlog.add(bytes(whole.slice(at, at + size)))
            at += size
          }
          const kept = text(backlog)
          expect(whole.endsWith(kept)).toBe(true)
          expect(kept.length).toBeLessThanOrEqual(limit)
          expect(kept === whole || `\n${whole}`.at(-kept.length - 1) === '\n').toBe(true)
        },
      ),
      { numRuns: runs(1_000) },
    )
  })

  it('starts with the modes that dropped output switched on', () => {
    const backlog = new Backlog(20)
    backlog.add(bytes('\u001b[?1049h\u001b[?1;2004h\u001b[?25l\u001b[?10'))
    backlog.add(bytes('02h\u001b=text of a line\n'))
    backlog.add(bytes('the last line of it'))
    expect(text(backlog)).toBe('\u001b[?1049h\u001b[?1h\u001b[?2004h\u001b[?25l\u001b[?1002h\u001b=the last line of it')
    expect(backlog.read().whole).toBe(false)
  })
})

describe('LastingModes', () => {
  const after = (...parts: readonly string[]) => {
    const modes = new LastingModes()
    for (const part of parts) modes.read(bytes(part))
    return modes.sequences
  }

  it('forgets what was switched off again, and everything on a reset', () => {
    expect(after('\u001b[?1049h\u001b[?1049l\u001b[?1000h\u001b[?1000l\u001b[?25l\u001b[?25h')).toBe('')
    expect(after('\u001b[?1;1000;1002h\u001b=\u001bc')).toBe('')
    expect(after('\u001b[?1;2004h\u001b=\u001b[!p')).toBe('\u001b[?2004h')
  })

  it('remembers that a shell marks its prompt, which shows that a program runs now', () => {
    const [on, off] = ['\u001b[?2004h', '\u001b[?2004l']
    expect(after(`${on}$ yes\r\n${off}y\r\n`)).toBe(`${on}${off}`)
    expect(after(`${on}$ vim\r\n${off}\u001b[?1049h`)).toBe(`${on}${off}\u001b[?1049h`)
    // An editor does the same on its own screen.
    expect(after(`\u001b[?1049h${on}${off}`)).toBe('\u001b[?1049h')
  })

  it('reads the same wherever the output is cut', () => {
    const output = 'a\u001b[?1049h\u001b[?25lb\u001b=\u001b[?1000;1006hc\u001b]0;title\u0007\u001b[?1006l'
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: output.length - 1 })), cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), output.length]
        expect(after(...places.slice(1).map((end, index) => output.slice(places[index], end)))).toBe(after(output))
      }),
      { numRuns: runs(1_000) },
    )
  })
})
