import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { HelloReader, parseKexInit, type KexInit } from './server-hello.ts'

const list = (names: readonly string[]) => {
  const text = Buffer.from(names.join(','), 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}

function payloadOf({ kex, hostKey, cipher, mac, compression }: KexInit): Buffer {
  const ways = [cipher, mac, compression].flatMap(({ toServer, toClient }) => [toServer, toClient])
  return Buffer.concat([
    Buffer.from([20]),
    Buffer.alloc(16, 7),
    ...[kex, hostKey, ...ways, [], []].map(list),
    Buffer.alloc(5),
  ])
}

function packetOf(payload: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + 9)
  head[4] = 8
  return Buffer.concat([head, payload, Buffer.alloc(8)])
}

const names = fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9@.-]{0,30}$/), { maxLength: 8 })
const ways = fc.record({ toServer: names, toClient: names })
const kexInits = fc.record({ kex: names, hostKey: names, cipher: ways, mac: ways, compression: ways })

function read(bytes: Buffer, cuts: readonly number[] = []) {
  const reader = new HelloReader()
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    reader.push(bytes.subarray(from, Math.max(from, cut)))
    from = Math.max(from, cut)
  }
  reader.push(bytes.subarray(from))
  return reader
}

describe('HelloReader', () => {
  it('reads the lists of any KEXINIT, in chunks of any size', () => {
    fc.assert(
      fc.property(kexInits, fc.array(fc.nat(600), { maxLength: 6 }), fc.boolean(), (kexInit, cuts, ignore) => {
        const before = ignore ? [packetOf(Buffer.from([2, 0, 0, 0, 0]))] : []
        const greeting = Buffer.from('Hello\r\nSSH-2.0-Test_1 x\r\n')
        const { hello, done } = read(Buffer.concat([greeting, ...before, packetOf(payloadOf(kexInit))]), cuts)
        expect(hello).toMatchObject({ ident: 'SSH-2.0-Test_1 x', kexInit })
        expect(done).toBe(true)
      }),
    )
  })

  it('handles any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, greeted) => {
        const { hello } = read(Buffer.concat([Buffer.from(greeted ? 'SSH-2.0-x\n' : ''), bytes]))
        if (greeted) expect(hello.ident).toBe('SSH-2.0-x')
        parseKexInit(Buffer.from(bytes))
      }),
    )
  })

  it('keeps the first 256 bytes, and stops after 128 KiB without an identification', () => {
    const reader = read(Buffer.alloc(300, 'x'))
    expect(reader.hello).toEqual({ text: 'x'.repeat(256), ident: null, kexInit: null })
    for (let sent = 0; sent < 128; sent++) reader.push(Buffer.alloc(1024, 'x'))
    expect(reader.done).toBe(true)
  })
})
