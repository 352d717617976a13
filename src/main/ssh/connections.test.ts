import { randomUUID } from 'node:crypto'

import { expect, test } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import type { HostId } from '../../shared/contract/hosts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { ConnectionPlan } from './connection-plan.ts'
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

test('a password that was refused is not sent again without anybody there', async () => {
  let dials = 0
  const connections = new Connections({
    ...{ hosts: { hosts: [], groups: [], configName: () => null }, redials: new Redials(), reportBug: () => {} },
    pool: {
      lease: () => {
        dials++
        return dials === 3 ? Promise.resolve({}) : Promise.reject(new AppError('auth-failed', 'No.'))
      },
    } as unknown as ConnectionsParts['pool'],
    config: {} as ConnectionsParts['config'],
    consents: { has: () => false, add: async () => {} },
    prompter: { ask: async () => null },
  })
  const plan = [{ key: 'me@box:22' }] as unknown as ConnectionPlan
  const options = { onStep: () => {}, signal: new AbortController().signal }
  const quiet = () => connections.leaseBy(plan, { ...options, quiet: true })
  await expect(quiet()).rejects.toMatchObject({ code: 'auth-failed' })
  await expect(quiet()).rejects.toMatchObject({ code: 'auth-failed' })
  expect(dials).toBe(1)
  // The user may try, and once that worked the background may, too.
  await expect(connections.leaseBy(plan, options)).rejects.toMatchObject({ code: 'auth-failed' })
  await connections.leaseBy(plan, options)
  await expect(quiet()).rejects.toMatchObject({ code: 'auth-failed' })
  expect(dials).toBe(4)
})
