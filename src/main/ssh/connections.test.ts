import { randomUUID } from 'node:crypto'

import { expect, test } from 'vitest'

import type { HostId } from '../../shared/contract/hosts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { ConnectionsParts } from './connections.ts'
import { Connections } from './connections.ts'
import { Redials } from './redials.ts'

const typed: Target = { kind: 'address', address: 'x', port: null, user: null, jumps: [], keyFile: null }

/** Connections that lead nowhere, with a config that answers by rule. */
function setUp(resolve: () => unknown) {
  const bugs: unknown[] = []
  const config = { resolve, resolveFresh: resolve, refresh: async () => {}, notes: [], facts: { user: 'me' } }
  const connections = new Connections({
    pool: { isLive: () => true } as unknown as ConnectionsParts['pool'],
    hosts: { hosts: [], groups: [], configName: () => null },
    config: config as unknown as ConnectionsParts['config'],
    consents: { has: () => false, add: async () => {} },
    prompter: { ask: async () => null },
    redials: new Redials(),
    reportBug: (_where, error) => bugs.push(error),
  })
  return { connections, bugs }
}

test('a host that was deleted has no plan and no connection, which is no bug', () => {
  const { connections, bugs } = setUp(() => undefined)
  const target: Target = { kind: 'host', hostId: randomUUID() as HostId }
  expect([connections.planIfAny(target), connections.isLive(target), bugs]).toEqual([null, false, []])
  expect(() => connections.plan(target)).toThrow(expect.objectContaining({ code: 'not-found' }))
  expect(() => connections.plan({ kind: 'local' })).toThrow(expect.objectContaining({ code: 'invalid-input' }))
})

test('a bug in planning is reported, and the target counts as not connected', () => {
  const { connections, bugs } = setUp(() => {
    throw new TypeError('a bug')
  })
  expect([connections.isLive(typed), bugs.length]).toEqual([false, 1])
})
