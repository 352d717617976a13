import fc from 'fast-check'
import { expect, test } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { SocksReader, type SocksStep } from './socks.ts'

/** Feeds bytes in chunks of the given sizes, as a socket would. */
function feed(bytes: Buffer, sizes: readonly number[]): { last: SocksStep; replies: Buffer } {
  const reader = new SocksReader()
  const replies: Buffer[] = []
  let waiting: Buffer = Buffer.alloc(0)
  let last: SocksStep = { kind: 'more', reply: null, rest: waiting }
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? bytes.length
    waiting = Buffer.concat([waiting, bytes.subarray(at, at + size)])
    at += size
    for (;;) {
      last = reader.read(waiting)
      if (last.kind !== 'more')
        return {
          last: {
            ...last,
            rest: Buffer.concat(['rest' in last ? last.rest : Buffer.alloc(0), bytes.subarray(at)]),
          } as SocksStep,
          replies: Buffer.concat(replies),
        }
      waiting = last.rest
      if (last.reply === null) break
      replies.push(last.reply)
    }
  }
  return { last, replies: Buffer.concat(replies) }
}

const greeting = Buffer.from([5, 1, 0])
const request = (type: number, address: Buffer, { port = 8080, command = 1 } = {}) =>
  Buffer.concat([Buffer.from([5, command, 0, type]), address, Buffer.from([port >> 8, port & 255])])

test('every kind of address is understood, in chunks of any size', () => {
  const named = Buffer.concat([Buffer.from([9]), Buffer.from('localhost')])
  const six = Buffer.from('20010db8000000000000000000000001', 'hex')
  const cases: readonly [Buffer, string][] = [
    [Buffer.concat([greeting, request(1, Buffer.from([10, 0, 0, 7]))]), '10.0.0.7'],
    [Buffer.concat([greeting, request(3, named)]), 'localhost'],
    [Buffer.concat([greeting, request(4, six)]), '2001:db8:0:0:0:0:0:1'],
    [Buffer.from([4, 1, 0x1f, 0x90, 10, 0, 0, 7, 0x61, 0]), '10.0.0.7'],
    [Buffer.concat([Buffer.from([4, 1, 0x1f, 0x90, 0, 0, 0, 1, 0]), Buffer.from('node17\0')]), 'node17'],
  ]
  for (const [bytes, address] of cases) {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 12 }), sizes => {
        const { last } = feed(Buffer.concat([bytes, Buffer.from('GET /')]), sizes)
        expect(last).toMatchObject({ kind: 'connect', target: { address, port: 8080 } })
        expect(String((last as { rest: Buffer }).rest)).toBe('GET /')
      }),
    )
  }
})

test('unsupported requests are refused with their own codes', () => {
  const udp = feed(Buffer.concat([greeting, request(1, Buffer.from([1, 2, 3, 4]), { port: 53, command: 3 })]), [])
  expect(udp.last).toMatchObject({ kind: 'refuse', why: expect.stringContaining('UDP') as string })
  expect((udp.last as { reply: Buffer }).reply[1]).toBe(7)
  expect(feed(Buffer.from([5, 1, 2]), []).last).toMatchObject({ kind: 'refuse', reply: Buffer.from([5, 0xff]) })
  expect(feed(Buffer.concat([greeting, request(9, Buffer.alloc(4))]), []).last).toMatchObject({ kind: 'refuse' })
  expect(feed(Buffer.from('GET / HTTP/1.1\r\n'), []).last).toMatchObject({ kind: 'refuse' })
})

test('no bytes make it throw, loop or hang', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom(4, 5, null), (bytes, version) => {
      const { last } = feed(
        Buffer.concat([version === null ? Buffer.alloc(0) : Buffer.from([version]), Buffer.from(bytes)]),
        [64],
      )
      if (last.kind === 'more') expect(last.rest.length).toBeLessThan(700)
    }),
    { numRuns: runs(5000) },
  )
})
