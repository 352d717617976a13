import fc from 'fast-check'
import { expect, test } from 'vitest'

import { targetKey, type Hop, type Target } from './targets.ts'

const runs = Number(process.env['PROPERTY_RUNS'] ?? 300)
const hop = fc.record({
  address: fc.constantFrom('a', 'b', '::1'),
  port: fc.constantFrom(null, 22, 2222),
  user: fc.constantFrom(null, 'me', 'a@b'),
})
const target = fc.record({ hop, jumps: fc.array(hop, { maxLength: 2 }), keyFile: fc.constantFrom(null, 'a', 'b') })

const whole = (each: Hop) => [each.user, each.address, each.port ?? 22]
const made = ({ hop: last, jumps, keyFile }: { hop: Hop; jumps: readonly Hop[]; keyFile: string | null }): Target => ({
  kind: 'address',
  ...last,
  jumps: [...jumps],
  keyFile,
})

test('two targets have the same key only if their whole route is the same', () => {
  fc.assert(
    fc.property(target, target, (a, b) => {
      const same =
        JSON.stringify([whole(a.hop), a.jumps.map(whole), a.keyFile]) ===
        JSON.stringify([whole(b.hop), b.jumps.map(whole), b.keyFile])
      expect(targetKey(made(a)) === targetKey(made(b))).toBe(same)
    }),
    { numRuns: runs },
  )
})

test('an invalid name never has the key of another machine', () => {
  const of = (user: string | null, address: string) =>
    targetKey(made({ hop: { user, address, port: null }, jumps: [], keyFile: null }))
  expect(of('a', 'b@c')).not.toBe(of('a@b', 'c'))
  expect(of(null, 'a@b')).not.toBe(of('', 'a@b'))
})

test('a target without jumps and key file keeps the key of stored data', () => {
  const plain: Extract<Target, { kind: 'address' }> = {
    kind: 'address',
    address: '10.0.0.5',
    port: null,
    user: 'root',
    jumps: [],
    keyFile: null,
  }
  expect(targetKey(plain)).toBe('root@10.0.0.5:22')
  expect(targetKey({ ...plain, user: null, port: 2200 })).toBe('@10.0.0.5:2200')
  expect(targetKey({ kind: 'local' })).toBe('local')
})
