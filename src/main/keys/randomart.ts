import { createHash } from 'node:crypto'

const [width, height] = [17, 9]
const symbols = ' .o+=*BOX@%&#/^SE'

/**
 * Draws a key as `ssh-keygen -lv` does: a bishop moves over the board according to the bits of the SHA-256 hash (Loss
 * et al., "The drunken bishop", 2009).
 */
export function randomart(blob: Uint8Array, { type, bits }: { type: string; bits: number }): string {
  const board = Array.from({ length: height }, () => new Array<number>(width).fill(0))
  let [x, y] = [(width - 1) / 2, (height - 1) / 2]
  const last = symbols.length - 1
  for (const byte of createHash('sha256').update(blob).digest()) {
    for (let pair = 0; pair < 4; pair++) {
      const step = byte >> (pair * 2)
      x = Math.min(Math.max(x + (step & 1 ? 1 : -1), 0), width - 1)
      y = Math.min(Math.max(y + (step & 2 ? 1 : -1), 0), height - 1)
      const row = board[y] as number[]
      if ((row[x] as number) < last - 2) row[x] = (row[x] as number) + 1
    }
  }
  ;(board[(height - 1) / 2] as number[])[(width - 1) / 2] = last - 1
  ;(board[y] as number[])[x] = last
  const lines = board.map(row => `|${row.map(count => symbols[count]).join('')}|`)
  return [frame(titleOf(type, bits)), ...lines, frame('[SHA256]')].join('\n')
}

function titleOf(type: string, bits: number): string {
  const whole = `[${type} ${bits}]`
  return whole.length <= width ? whole : `[${type}]`
}

function frame(title: string): string {
  const shown = title.slice(0, width)
  const before = Math.floor((width - shown.length) / 2)
  return `+${'-'.repeat(before)}${shown}${'-'.repeat(width - shown.length - before)}+`
}
