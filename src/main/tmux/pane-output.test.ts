import fc from 'fast-check'
import { expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { beginsWithin, PaneOutput } from './pane-output.ts'

const read = (output: PaneOutput, ...chunks: readonly string[]) =>
  chunks.map(chunk => Buffer.from(output.read(Buffer.from(chunk, 'latin1'))).toString('latin1')).join('')

it('makes titles of window names, wherever the output is split', () => {
  const text = 'a\u001bkname\u001b\\b\u001b]0;title\u0007\u001b\u001bk2\u001b\\k\u001b[1mk'
  const expected = 'a\u001b]2;name\u001b\\b\u001b]0;title\u0007\u001b\u001b]2;2\u001b\\k\u001b[1mk'
  for (let at = 0; at <= text.length; at++)
    expect(read(new PaneOutput(), text.slice(0, at), text.slice(at))).toBe(expected)
  expect(read(new PaneOutput(), ...text)).toBe(expected)
})

it('leaves all other bytes as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), chunks => {
      const output = new PaneOutput()
      const before = Buffer.concat(chunks).toString('latin1')
      const after = Buffer.concat(chunks.map(chunk => output.read(chunk))).toString('latin1')
      expect(after).toBe(before.replaceAll('\u001bk', '\u001b]2;'))
    }),
    { numRuns: runs(2_000) },
  )
})

it('knows the beginning of a character', () => {
  const bytes = Buffer.from('aé漢😀')
  const expected = [0, 0, 1, 0, 1, 2, 0, 1, 2, 3, 0]
  expected.forEach((length, at) => {
    const output = new PaneOutput()
    output.read(bytes.subarray(0, at))
    expect([...output.unfinished], `after ${at}`).toEqual([...bytes.subarray(at - length, at)])
    const single = new PaneOutput()
    for (const byte of bytes.subarray(0, at)) single.read(Uint8Array.of(byte))
    expect(single.unfinished).toEqual(output.unfinished)
    expect(beginsWithin(bytes.subarray(at))).toBe(length > 0)
  })
})

it('notices that the screen was switched', () => {
  for (const sequence of ['\u001b[?1049l', '\u001b[?1047h', '\u001b[?47l'])
    for (let at = 0; at <= sequence.length; at++) {
      const output = new PaneOutput()
      const left = [`text${sequence.slice(0, at)}`, `${sequence.slice(at)}text`, 'other output', '\u001b[?25h'].map(
        text => {
          output.read(Buffer.from(text))
          return output.switchedScreen
        },
      )
      expect(left.includes(true), `${sequence} at ${at}`).toBe(true)
      expect(left.slice(2), `${sequence} at ${at}`).toEqual([false, false])
    }
})
