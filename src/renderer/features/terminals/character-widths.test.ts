import { execFileSync } from 'node:child_process'

import headless from '@xterm/headless'
import { describe, expect, it } from 'vitest'

import { lacks } from '../../../testing/programs.ts'
import { CharacterWidths } from './character-widths.ts'

const { Terminal } = headless

/** The cells that a text takes in a terminal. */
async function cellsOf(text: string): Promise<number> {
  const terminal = new Terminal({ cols: 80, rows: 5, allowProposedApi: true })
  terminal.unicode.register(new CharacterWidths())
  terminal.unicode.activeVersion = 'characters'
  await new Promise<void>(resolve => terminal.write(text, resolve))
  const cells = terminal.buffer.active.cursorX
  terminal.dispose()
  return cells
}

describe('the widths of characters', () => {
  it.each([
    ['❤️', 1],
    ['👍🏽', 4],
    ['👨‍👩‍👧', 6],
    ['1️⃣', 1],
    ['กำ', 2],
    ['é', 1],
    ['漢字', 4],
    ['ｱ', 1],
    ['각', 2],
    ['🥱🫠', 4],
    ['─│', 2],
    ['𠀀', 2],
  ])('%s takes %d cells, counted by characters', async (text, cells) => {
    expect(await cellsOf(text)).toBe(cells)
  })

  it.skipIf(process.platform !== 'linux' || lacks('python3'))(
    'are those of this computer’s C library, for every character that it knows',
    () => {
      const script = `
import ctypes, locale
locale.setlocale(locale.LC_ALL, 'C.UTF-8')
libc = ctypes.CDLL(None)
print(' '.join(str(libc.wcwidth(c)) for c in range(0x20000)))`
      const known = execFileSync('python3', ['-c', script], { encoding: 'utf8' }).trim().split(' ').map(Number)
      const widths = new CharacterWidths()
      const others = known.flatMap((width, codepoint) => {
        // These widths changed in newer versions of Unicode.
        const isNew = [0x302e, 0x302f, 0x1171e].includes(codepoint)
        const surrogate = codepoint >= 0xd800 && codepoint <= 0xdfff
        if (width < 0 || surrogate || isNew || widths.wcwidth(codepoint) === width) return []
        return [`${codepoint.toString(16)}: ${widths.wcwidth(codepoint)}, not ${width}`]
      })
      expect(known).toHaveLength(0x20000)
      expect(others).toEqual([])
    },
  )
})
