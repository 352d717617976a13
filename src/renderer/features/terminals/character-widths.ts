import type { IUnicodeVersionProvider } from '@xterm/xterm'

/**
 * Characters that take two cells: East Asian Width W and F, and emoji with emoji presentation (EastAsianWidth.txt of
 * Unicode 16, the same as wcwidth(3) of the GNU C library).
 */
const wideRanges = `
1100-115f 231a-231b 2329-232a 23e9-23ec 23f0 23f3 25fd-25fe 2614-2615 2648-2653 267f 2693 26a1 26aa-26ab 26bd-26be
26c4-26c5 26ce 26d4 26ea 26f2-26f3 26f5 26fa 26fd 2705 270a-270b 2728 274c 274e 2753-2755 2757 2795-2797 27b0 27bf
2b1b-2b1c 2b50 2b55 2e80-2e99 2e9b-2ef3 2f00-2fd5 2ff0-303e 3041-3096 3099-30ff 3105-312f 3131-318e 3190-31e5 31ef-321e
3220-a48c a490-a4c6 a960-a97c ac00-d7a3 f900-faff fe10-fe19 fe30-fe52 fe54-fe66 fe68-fe6b ff01-ff60 ffe0-ffe6
16fe0-16fe4 16ff0-16ff1 17000-187f7 18800-18cd5 18cff-18d08 1aff0-1aff3 1aff5-1affb 1affd-1affe 1b000-1b122 1b132
1b150-1b152 1b155 1b164-1b167 1b170-1b2fb 1f004 1f0cf 1f18e 1f191-1f19a 1f200-1f202 1f210-1f23b 1f240-1f248 1f250-1f251
1f260-1f265 1f300-1f320 1f32d-1f335 1f337-1f37c 1f37e-1f393 1f3a0-1f3ca 1f3cf-1f3d3 1f3e0-1f3f0 1f3f4 1f3f8-1f43e 1f440
1f442-1f4fc 1f4ff-1f53d 1f54b-1f54e 1f550-1f567 1f57a 1f595-1f596 1f5a4 1f5fb-1f64f 1f680-1f6c5 1f6cc 1f6d0-1f6d2
1f6d5-1f6d7 1f6dc-1f6df 1f6eb-1f6ec 1f6f4-1f6fc 1f7e0-1f7eb 1f7f0 1f90c-1f93a 1f93c-1f945 1f947-1f9ff 1fa70-1fa7c
1fa80-1fa89 1fa8f-1fac6 1face-1fadc 1fadf-1fae9 1faf0-1faf8 20000-2fffd 30000-3fffd`

// Combining marks, and formatting characters, which are invisible.
const nothingDrawn = /^[\p{Mn}\p{Me}\p{Cf}]$/u
// Formatting characters that are drawn: the soft hyphen, and the signs before Arabic and other digits.
const drawnAll = new Set([
  0xad, 0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0x110bd, 0x110cd,
])

const lastInTable = 0x1ffff

/**
 * Counts the cells of each character on its own, like the C library, which most shells and editors use: an emoji with a
 * skin tone is two emoji, a variation selector changes nothing. Registered in xterm.js as the Unicode version `characters`.
 */
export class CharacterWidths implements IUnicodeVersionProvider {
  readonly version = 'characters'
  #table: Uint8Array | undefined

  wcwidth(codepoint: number): 0 | 1 | 2 {
    if (codepoint < 0xad) return codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0) ? 0 : 1
    if (codepoint > lastInTable) return isWideBeyond(codepoint) ? 2 : isDrawn(codepoint) ? 1 : 0
    this.#table ??= makeTable()
    return this.#table[codepoint] as 0 | 1 | 2
  }

  /** Packed as xterm.js expects it: bit 0 is set if the character joins the one before, the bits above hold the width. */
  charProperties(codepoint: number, preceding: number): number {
    const before = (preceding >> 1) & 3
    const width = this.wcwidth(codepoint)
    return width === 0 && before !== 0 ? (before << 1) | 1 : width << 1
  }
}

function makeTable(): Uint8Array {
  const table = new Uint8Array(lastInTable + 1).fill(1)
  for (const [first, last] of ranges()) if (first <= lastInTable) table.fill(2, first, Math.min(last, lastInTable) + 1)
  for (let codepoint = 0; codepoint <= lastInTable; codepoint++) if (!isDrawn(codepoint)) table[codepoint] = 0
  return table
}

function ranges(): readonly (readonly [first: number, last: number])[] {
  return wideRanges
    .trim()
    .split(/\s+/)
    .map(range => {
      const [first = '', last = first] = range.split('-')
      return [Number.parseInt(first, 16), Number.parseInt(last, 16)]
    })
}

function isWideBeyond(codepoint: number): boolean {
  return (codepoint >= 0x20000 && codepoint <= 0x2fffd) || (codepoint >= 0x30000 && codepoint <= 0x3fffd)
}

function isDrawn(codepoint: number): boolean {
  // Vowels and final consonants of Hangul join the syllable before them.
  if ((codepoint >= 0x1160 && codepoint <= 0x11ff) || (codepoint >= 0xd7b0 && codepoint <= 0xd7ff)) return false
  return drawnAll.has(codepoint) || !nothingDrawn.test(String.fromCodePoint(codepoint))
}
