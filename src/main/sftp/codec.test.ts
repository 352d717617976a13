import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { PacketReader, PacketWriter, packetType, SftpFormatError, type Attributes } from './codec.ts'
import { PacketSplitter } from './packet-splitter.ts'
import { parseReply, parseVersion } from './replies.ts'

const u32 = fc.nat({ max: 0xffff_ffff })
const attributes: fc.Arbitrary<Attributes> = fc.record(
  { size: fc.maxSafeNat(), mode: u32, uid: u32, gid: u32, atime: u32, mtime: u32 },
  { requiredKeys: ['uid', 'gid', 'atime', 'mtime'] },
)

/** A reply of every type, with fields of any length. */
const reply = fc.oneof(
  fc
    .tuple(u32, fc.string())
    .map(([code, text]) =>
      new PacketWriter(packetType.status).u32(7).u32(code).bytes(Buffer.from(text)).bytes(Buffer.from('en')),
    ),
  fc.uint8Array({ maxLength: 256 }).map(handle => new PacketWriter(packetType.handle).u32(7).bytes(handle)),
  fc.uint8Array({ maxLength: 600 }).map(data => new PacketWriter(packetType.data).u32(7).bytes(data)),
  attributes.map(found => new PacketWriter(packetType.attrs).u32(7).attributes(found)),
  fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), attributes), { maxLength: 5 })
    .map(entries =>
      entries.reduce(
        (packet, [name, found]) => packet.bytes(name).bytes(name).attributes(found),
        new PacketWriter(packetType.name).u32(7).u32(entries.length),
      ),
    ),
)

describe('the codec', () => {
  test('attributes survive a round trip', () => {
    fc.assert(
      fc.property(attributes, found => {
        const packet = new PacketWriter(packetType.attrs).u32(7).attributes(found).finish()
        expect(parseReply(packet.subarray(4))).toEqual({ id: 7, reply: { kind: 'attributes', attributes: found } })
      }),
    )
  })

  test('a reply truncated at any byte is refused or read, and nothing else happens', () => {
    fc.assert(
      fc.property(reply, packet => {
        const bytes = packet.finish().subarray(4)
        parseReply(bytes)
        for (let length = 0; length < bytes.length; length++) tryToParse(bytes.subarray(0, length))
      }),
      { numRuns: runs(200) },
    )
  })

  test('a reply with any length in it set to 0, 1, 2^31 or 2^32 - 1 is refused or read', () => {
    fc.assert(
      fc.property(reply, packet => {
        const bytes = packet.finish().subarray(4)
        for (let at = 0; at + 4 <= bytes.length; at++) {
          for (const wrong of [0, 1, 0x8000_0000, 0xffff_ffff]) {
            const broken = Buffer.from(bytes)
            broken.writeUInt32BE(wrong, at)
            tryToParse(broken)
          }
        }
      }),
      { numRuns: runs(60) },
    )
  })

  test('a greeting of any bytes is refused or read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          parseVersion(Buffer.from([packetType.version, ...bytes]))
        } catch (error) {
          expect(error).toBeInstanceOf(SftpFormatError)
        }
      }),
      { numRuns: runs(2_000) },
    )
  })

  test('a stream is split into the same packets wherever its chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (packets, cuts) => {
          const stream = Buffer.concat(packets.map(packet => Buffer.concat([lengthOf(packet), packet])))
          const found: Buffer[] = []
          const splitter = new PacketSplitter(packet => found.push(Buffer.from(packet)))
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const end = at + (cuts[turn % cuts.length] as number)
            splitter.push(stream.subarray(at, end))
            at = end
          }
          expect(found).toEqual(packets.map(packet => Buffer.from(packet)))
        },
      ),
    )
  })

  test('a packet of an impossible size is refused before memory is allocated for it', () => {
    for (const size of [0, 0x8000_0000, 0xffff_ffff, 513 * 1024])
      expect(() => new PacketSplitter(() => {}).push(lengthOf({ length: size }))).toThrow(SftpFormatError)
  })

  test.each([
    ['2^53', 0x20_0000, 0],
    ['2^63', 0x8000_0000, 0],
    ['2^64 - 1, which is -1', 0xffff_ffff, 0xffff_ffff],
  ])('a size of %s is unknown, and the rest of the attributes stands', (_what, high, low) => {
    const packet = new PacketWriter(packetType.attrs).u32(7).u32(1 | 4 | 8)
    const bytes = packet.u32(high).u32(low).u32(0o100644).u32(5).u32(0xffff_ffff).finish().subarray(4)
    const attributes = { size: null, mode: 0o100644, atime: 5, mtime: 0xffff_ffff }
    expect(parseReply(bytes).reply).toEqual({ kind: 'attributes', attributes })
  })

  test('a count of extended attributes past the end of the packet is harmless', () => {
    const packet = new PacketWriter(packetType.name).u32(7).u32(2)
    packet.bytes(Buffer.from('a')).bytes(Buffer.from('')).attributes({ size: 1 })
    packet.bytes(Buffer.from('b')).bytes(Buffer.from('')).u32(0x8000_0000).u32(9).bytes(Buffer.from('x'))
    const { reply } = parseReply(packet.finish().subarray(4))
    expect(reply.kind === 'names' && reply.entries.map(({ name }) => name.toString())).toEqual(['a', 'b'])
  })

  test('a count larger than the number of names keeps the names', () => {
    const packet = new PacketWriter(packetType.name).u32(7).u32(0xffff_ffff)
    packet.bytes(Buffer.from('a')).bytes(Buffer.from('')).attributes({ size: 1 })
    const { reply } = parseReply(packet.finish().subarray(4))
    expect(reply.kind === 'names' && reply.entries.map(({ name }) => name.toString())).toEqual(['a'])
  })

  test('numbers up to 2^53 go through, larger ones are refused', () => {
    const read = (high: number, low: number) =>
      new PacketReader(new PacketWriter(0).u32(high).u32(low).finish().subarray(5)).u64()
    expect(read(0x1f_ffff, 0xffff_ffff)).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => read(0x20_0000, 0)).toThrow(SftpFormatError)
  })
})

function tryToParse(bytes: Buffer): void {
  try {
    parseReply(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(SftpFormatError)
  }
}

function lengthOf({ length }: { length: number }): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(length, 0)
  return head
}
