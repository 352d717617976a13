import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MarkFilter } from './run-mark.ts'
import { OutputLog } from './run-output.ts'

const kept = 1024 * 1024

function readAll(log: OutputLog, from = 0): { readonly data: Buffer; readonly left: number } {
  const parts: Uint8Array[] = []
  let [at, left] = [from, 0]
  for (;;) {
    const part = log.read(at)
    if (part.data.length === 0) return { data: Buffer.concat(parts), left }
    parts.push(part.data)
    left += part.left
    at = part.next
  }
}

describe('OutputLog', () => {
  it('has every byte of what fits, in whatever chunks it arrived and is read', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.nat(3000), (pieces, from) => {
        const log = new OutputLog()
        for (const piece of pieces) log.add(Buffer.from(piece), 'out')
        const whole = Buffer.concat(pieces)
        expect(log.bytes).toBe(whole.length)
        expect(readAll(log, Math.min(from, whole.length)).data).toEqual(whole.subarray(from))
      }),
    )
  })

  it('keeps the beginning and at least as much of the end of longer output, and counts the rest', () => {
    const log = new OutputLog()
    const total = 5 * kept + 12_345
    const whole = Buffer.from(Array.from({ length: total }, (_each, index) => index % 251))
    for (let at = 0; at < total; at += 7_001) log.add(whole.subarray(at, at + 7_001), 'out')
    const { data, left } = readAll(log)
    expect(data.length + left).toBe(total)
    expect(data.subarray(0, kept).equals(whole.subarray(0, kept))).toBe(true)
    const end = data.subarray(kept)
    expect(end.length).toBeGreaterThanOrEqual(kept)
    expect(end.length).toBeLessThan(kept + 128 * 1024)
    expect(end.equals(whole.subarray(total - end.length))).toBe(true)
    expect(log.text()).toContain(`[${left} bytes omitted]`)
  })

  it('takes a host that prints byte by byte', () => {
    const log = new OutputLog()
    const byte = Buffer.from('x')
    for (let count = 0; count < 3 * kept; count++) log.add(byte, 'out')
    expect(log.bytes).toBe(3 * kept)
    expect(readAll(log).left).toBeLessThanOrEqual(kept)
  })

  it('is equal for equal contents, however its two streams were interleaved', () => {
    const [one, two] = [new OutputLog(), new OutputLog()]
    one.add(Buffer.from('a'), 'out')
    one.add(Buffer.from('e'), 'err')
    one.add(Buffer.from('b'), 'out')
    two.add(Buffer.from('e'), 'err')
    two.add(Buffer.from('ab'), 'out')
    expect(one.digest()).toBe(two.digest())
    two.add(Buffer.from('e'), 'err')
    expect(one.digest()).not.toBe(two.digest())
  })
})

describe('MarkFilter', () => {
  const split = (text: string, cuts: readonly number[]) => {
    const at = [0, ...cuts.map(cut => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length]
    return at.slice(1).map((end, index) => Buffer.from(text.slice(at[index], end)))
  }
  const said = (filter: MarkFilter, pieces: readonly Buffer[]) =>
    [...pieces.map(piece => filter.pass(piece).toString()), filter.rest().toString()].join('')

  it('removes its line, wherever it was cut, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 5 }), fc.constantFrom('', 'profile says\n'), (cuts, before) => {
        const filter = new MarkFilter('mark')
        expect(said(filter, split(`${before}mark 4321\nwrong\nmark 1\n`, cuts))).toBe(`${before}wrong\nmark 1\n`)
        expect(filter.pid).toBe(4321)
      }),
    )
  })

  it('never treats every process as its own, nor holds back output without a mark', () => {
    for (const line of ['mark 1', 'mark 0', 'mark -1', 'mark x', 'mark ', 'mark 99999999999999999999']) {
      const filter = new MarkFilter('mark')
      said(filter, [Buffer.from(`${line}\n`)])
      expect(filter.pid, line).toBeNull()
    }
    expect(new MarkFilter(null).pass(Buffer.from('at once')).toString()).toBe('at once')
    const long = 'x'.repeat(70_000)
    expect(new MarkFilter('mark').pass(Buffer.from(long)).toString()).toBe(long)
  })
})
