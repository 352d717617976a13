import fc from 'fast-check'
import { expect, test } from 'vitest'

import { forward as forwardSchema, type Forward } from '../../shared/contract/forwards.ts'
import { deriveAddress, isOwnAddress, listenChoices, rangePort } from './own-address.ts'

const made = (change: Partial<Forward>): Forward =>
  forwardSchema.parse({
    id: '6f1c9d2e-5b1a-4c3e-9f60-0123456789ab',
    label: 'x',
    target: { kind: 'address', address: 'gpu-box' },
    kind: 'local',
    listen: { kind: 'tcp', address: 'localhost', port: 5432 },
    to: { kind: 'tcp', address: 'localhost', port: 5432 },
    ...change,
  })
const place = { address: '127.41.3.9', asked: false }
const ends = (forward: Forward, asked = false) =>
  listenChoices(forward, { ...place, asked }).map(({ at, besides }) => [
    at.kind === 'tcp' ? `${at.address}:${at.port}` : at.path,
    besides,
  ])

test('an address of a host is one of 127.32.0.1 to 127.127.255.254, stable and unique', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 30 }), keys => {
      const taken = new Set<string>()
      for (const key of new Set(keys)) {
        const address = deriveAddress(key, taken)
        expect(isOwnAddress(address)).toBe(true)
        expect(address.split('.').at(-1)).not.toMatch(/^(0|255)$/)
        expect(taken.has(address)).toBe(false)
        expect(deriveAddress(key, taken)).toBe(address)
        taken.add(address)
      }
    }),
  )
  const first = deriveAddress('gpu-box', new Set())
  expect(deriveAddress('gpu-box', new Set([first]))).not.toBe(first)
})

test('every port has a number in Hawser’s own range, which maps to itself within it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65_535 }), port => {
      expect(rangePort(port)).toBeGreaterThanOrEqual(40_000)
      expect(rangePort(port)).toBeLessThan(50_000)
      expect(rangePort(rangePort(port))).toBe(rangePort(port))
    }),
  )
})

test('a port that the host chose keeps its number at the host’s own address only', () => {
  expect(ends(made({ ownAddress: true }))).toEqual([
    ['127.41.3.9:5432', null],
    ['127.0.0.1:45432', null],
  ])
  expect(ends(made({ ownAddress: true }), true)).toEqual([
    ['127.41.3.9:5432', null],
    ['127.0.0.1:5432', null],
  ])
})

test('the host can’t choose a privileged port', () => {
  const listen = { kind: 'tcp' as const, address: 'localhost', port: 80 }
  expect(ends(made({ ownAddress: true, listen }))).toEqual([
    ['127.41.3.9:40080', null],
    ['127.0.0.1:40080', null],
  ])
})

test('a forward created manually listens where it says; its page also uses the host’s address if allowed', () => {
  expect(ends(made({}))).toEqual([['localhost:5432', null]])
  expect(ends(made({ page: '/' }))).toEqual([['localhost:5432', '127.41.3.9']])
  const listen = { kind: 'tcp' as const, address: '127.0.0.1', port: 5432 }
  expect(ends(made({ page: '/', listen }))).toEqual([['127.0.0.1:5432', null]])
})
