import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { appendSection, editSection } from './config-edit.ts'
import { parseConfig, printConfig, quoteArgument, splitArguments } from './config-text.ts'

const piece = fc.constantFrom(
  'Host a b',
  'Match all',
  '\tUser me',
  '  Port = 22',
  'HostName="x y"',
  '# c',
  '',
  'Include x',
  'ProxyCommand nc %h # %p',
)
const ending = fc.constantFrom('\n', '\r\n', '\n\n')
const config = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 4, arbitrary: piece }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }),
      ending,
    ),
  )
  .map(lines => lines.flat().join(''))

describe('the text of a config', () => {
  it('is printed as it was read, byte for byte', () => {
    fc.assert(
      fc.property(fc.oneof(config, fc.string({ unit: 'binary' })), text => {
        expect(printConfig(parseConfig(text))).toBe(text)
      }),
      { numRuns: runs(5000) },
    )
  })

  it('restores any argument that was quoted', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter(text => !/\p{Cc}/u.test(text)),
        text => {
          expect(splitArguments(`x ${quoteArgument(text)} y`)).toEqual(['x', text, 'y'])
        },
      ),
      { numRuns: runs(3000) },
    )
  })

  it('preserves every other line when a value is changed, added or removed', () => {
    const value = fc.constantFrom('plain', 'two words', '10.0.0.1', '%h#x')
    fc.assert(
      fc.property(config, value, fc.constantFrom('user', 'identityfile'), (before, wanted, keyword) => {
        const text = `Host target\n${before}`
        const edited = editSection(text, 1, [[keyword, wanted]])
        const [was, now] = [text.match(/[^\n]*\n|[^\n]+$/g) ?? [], edited.match(/[^\n]*\n|[^\n]+$/g) ?? []]
        const at = now.findIndex((line, index) => line !== was[index])
        const line = parseConfig(now[at] ?? '')[0]
        if (at >= 0) expect([line?.keyword, splitArguments(line?.rest ?? '')]).toEqual([keyword, [wanted]])
        // One line was changed or added; the last one may have got a line ending.
        const rest = now.length === was.length ? was.toSpliced(at, 1) : was
        if (at >= 0) expect(now.toSpliced(at, 1).map(each => each.trimEnd())).toEqual(rest.map(each => each.trimEnd()))
        const removed = editSection(text, 1, [[keyword, null]])
        for (const each of removed.match(/[^\n]*\n|[^\n]+$/g) ?? []) expect(was).toContain(each)
      }),
      { numRuns: runs(3000) },
    )
  })

  it('handles a quoted value as a whole, and removes every line of a keyword', () => {
    const text = 'Host a\n  User "we # ird"  # me\n  Port 1\n  Port 2\n'
    expect(editSection(text, 1, [['user', 'plain']])).toBe('Host a\n  User plain  # me\n  Port 1\n  Port 2\n')
    expect(editSection(text, 1, [['port', null]])).toBe('Host a\n  User "we # ird"  # me\n')
  })

  it('gains a section at its end', () => {
    expect(
      appendSection('Host a', 'b c', [
        ['hostname', 'x'],
        ['user', null],
      ]),
    ).toBe('Host a\n\nHost "b c"\n  HostName x\n')
  })
})
