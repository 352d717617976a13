import headless from '@xterm/headless'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../../testing/runs.ts'
import { guardCounts } from './csi-guard.ts'
import { cleanPaste, needsConfirmation } from './paste.ts'
import { isReply, ReplyCap } from './reply-cap.ts'
import { terminalThemes } from '../../ui/terminal-themes.ts'

const { Terminal } = headless
const write = (terminal: InstanceType<typeof Terminal>, data: string) =>
  new Promise<void>(resolve => terminal.write(data, resolve))

describe('counts in escape sequences', () => {
  it('are clamped to the screen, so that huge ones take no time', { timeout: 5_000 }, async () => {
    const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true })
    guardCounts(terminal as never)
    await write(terminal, `x${[...'bSTLMZI'].map(final => `\u001b[999999999${final}`).join('')}`)
    terminal.dispose()
  })

  it('draw the same as without the guard if they are sane', async () => {
    const [plain, guarded] = [
      new Terminal({ cols: 40, rows: 10, allowProposedApi: true }),
      new Terminal({ cols: 40, rows: 10, allowProposedApi: true }),
    ]
    guardCounts(guarded as never)
    const text = 'ab\u001b[5b\r\ncd\u001b[2L\u001b[3S\u001b[1T\u001b[2I\u001b[1Zq\u001b[1M'
    await Promise.all([write(plain, text), write(guarded, text)])
    const screen = (terminal: typeof plain) =>
      Array.from({ length: 10 }, (_each, row) => terminal.buffer.active.getLine(row)?.translateToString())
    expect(screen(guarded)).toEqual(screen(plain))
    plain.dispose()
    guarded.dispose()
  })
})

describe('replies of the terminal itself', () => {
  it('are all recognized, and no key is mistaken for one', async () => {
    const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true })
    const replies: string[] = []
    terminal.onData(data => replies.push(data))
    await write(terminal, '\u001b[c\u001b[>c\u001b[5n\u001b[6n\u001b[?6n\u001b[?25$p\u001b[20$p\u001bP$qm\u001b\\')
    expect(replies.length).toBeGreaterThan(6)
    expect(replies.filter(reply => !isReply(reply))).toEqual([])
    terminal.dispose()
    for (const key of [
      'a',
      '\r',
      '\u001b',
      '\u001b[A',
      '\u001b[1;5C',
      '\u001bOP',
      '\u001b[15~',
      '\u001b[200~x\u001b[201~',
      '\u001b[<0;1;1M',
      '\u001b[I',
      '\u001b[Z',
    ])
      expect(isReply(key), key).toBe(false)
  })

  it('never contain the title or the clipboard', async () => {
    const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true })
    const replies: string[] = []
    terminal.onData(data => replies.push(data))
    await write(terminal, '\u001b]0;run me\u0007\u001b[21t\u001b[20t\u001b]52;c;?\u0007')
    expect(replies).toEqual([])
    terminal.dispose()
  })

  it('are limited to 4 KiB per second', () => {
    const cap = new ReplyCap()
    let passed = 0
    for (let n = 0; n < 100_000; n++) if (cap.allows(7, 500)) passed += 7
    expect(passed).toBeLessThanOrEqual(4096)
    expect(cap.allows(7, 1_600)).toBe(true)
  })
})

describe('pasting', () => {
  it('removes all control characters but tab and newline', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        // eslint-disable-next-line no-control-regex -- the very characters that must be gone
        expect(cleanPaste(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      }),
      { numRuns: runs(2000) },
    )
    expect(cleanPaste('a\u001b[201~\r\nrm -rf\tx')).toBe('a[201~\nrm -rf\tx')
  })

  it('asks before several lines only if each would run immediately', () => {
    expect(needsConfirmation('a\nb', false)).toBe(true)
    expect(needsConfirmation('a\n', false)).toBe(false)
    expect(needsConfirmation('a\nb', true)).toBe(false)
  })
})

describe('themes', () => {
  it('are at least ten, with distinct ids, all sixteen colours and readable text', () => {
    expect(terminalThemes.length).toBeGreaterThanOrEqual(10)
    expect(new Set(terminalThemes.map(theme => theme.id)).size).toBe(terminalThemes.length)
    for (const { name, colours } of terminalThemes) {
      expect(
        Object.values(colours).filter(value => /^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(String(value))),
        name,
      ).toHaveLength(21)
      expect(contrast(String(colours.foreground), String(colours.background)), name).toBeGreaterThan(4.1)
    }
  })
})

/** WCAG 2.2's contrast ratio. */
function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [r, g, blue] = [1, 3, 5]
      .map(at => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue
  }
  const [x, y] = [light(a), light(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}
