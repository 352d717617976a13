import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import { Asker } from '../prompts/asker.ts'
import type { ConnectionPlan, PlannedHop } from './connection-plan.ts'
import { ConnectionPool, type Dial } from './connection-pool.ts'
import { usualOptions } from './hop-options.ts'

class FakeConnection {
  readonly #closed = new Emitter<AppError | null>()
  readonly onClosed = this.#closed.event
  readonly dispose = vi.fn(() => {
    this.#closed.fire(null)
    this.#closed.dispose()
  })
  readonly sessions = 0
  readonly sessionsOfLate = 0
  endedByRefusal = false
  routeSessions(): void {}

  lose(): void {
    this.#closed.fire(new AppError('lost', 'lost'))
    this.#closed.dispose()
  }
}

const hop = (key: string): PlannedHop => ({
  key,
  label: key,
  address: key,
  port: 22,
  user: 'u',
  signIn: 'ask',
  keyFile: null,
  weakAlgorithms: false,
  saved: true,
  hostId: null,
  options: usualOptions,
  via: [],
  pending: [],
})
const plan = (...keys: string[]) => keys.map(hop) as unknown as ConnectionPlan
const options = () => ({ onStep: () => {}, signal: new AbortController().signal })

function setUp(graceMs = 100) {
  const dialled: FakeConnection[] = []
  const dial = vi.fn<Dial<FakeConnection>>(async ({ via }) => {
    const connection = new FakeConnection()
    if (via) connection.onClosed(() => via.lease.dispose())
    dialled.push(connection)
    return connection
  })
  return { pool: poolOf(dial, graceMs), dial, dialled }
}

function poolOf(dial: Dial<FakeConnection>, graceMs = 100) {
  const pool = new ConnectionPool(dial, graceMs)
  onTestFinished(() => pool.dispose())
  return pool
}

describe('ConnectionPool', () => {
  afterEach(() => void vi.useRealTimers())

  it('dials once for simultaneous leases of one host', async () => {
    const { pool, dial } = setUp()
    const [a, b] = await Promise.all([pool.lease(plan('web'), options()), pool.lease(plan('web'), options())])
    expect(a.connection).toBe(b.connection)
    expect(dial).toHaveBeenCalledTimes(1)
  })

  it('opens a second connection for the tenth channel only', async () => {
    const { pool, dial } = setUp()
    for (let n = 0; n < 9; n++) await pool.lease(plan('web'), options())
    expect(dial).toHaveBeenCalledTimes(1)
    await pool.lease(plan('web'), options())
    expect(dial).toHaveBeenCalledTimes(2)
  })

  it('closes a grace period after the last lease, and not before', async () => {
    vi.useFakeTimers()
    const { pool, dialled } = setUp(100)
    const [a, b] = [await pool.lease(plan('web'), options()), await pool.lease(plan('web'), options())]
    a.dispose()
    a.dispose()
    await vi.advanceTimersByTimeAsync(200)
    expect(dialled[0]?.dispose).not.toHaveBeenCalled()
    b.dispose()
    await vi.advanceTimersByTimeAsync(99)
    expect(dialled[0]?.dispose).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(dialled[0]?.dispose).toHaveBeenCalledTimes(1)
  })

  it('leases the hop before the target, shares it, and releases it with the connection', async () => {
    vi.useFakeTimers()
    const { pool, dial, dialled } = setUp(100)
    const a = await pool.lease(plan('jump', 'a'), options())
    await pool.lease(plan('jump', 'b'), options())
    expect(dial.mock.calls.map(([call]) => call.hop.key)).toEqual(['jump', 'a', 'b'])
    a.dispose()
    await vi.advanceTimersByTimeAsync(150)
    expect(dialled[0]?.dispose).not.toHaveBeenCalled()
    expect(dialled[1]?.dispose).toHaveBeenCalled()
  })

  it('dials again after the connection died while in use', async () => {
    const { pool, dial, dialled } = setUp()
    const first = await pool.lease(plan('web'), options())
    dialled[0]?.dispose()
    const second = await pool.lease(plan('web'), options())
    expect(second.connection).not.toBe(first.connection)
    expect(dial).toHaveBeenCalledTimes(2)
  })

  it('forgets a failed dial', async () => {
    const refused = new Error('refused')
    const dial = vi
      .fn<Dial<FakeConnection>>()
      .mockRejectedValueOnce(refused)
      .mockResolvedValueOnce(new FakeConnection())
    const pool = poolOf(dial)
    await expect(pool.lease(plan('web'), options())).rejects.toBe(refused)
    await expect(pool.lease(plan('web'), options())).resolves.toBeDefined()
  })

  it('stops a dial that nobody waits for any more', async () => {
    let stopped = false
    const dial: Dial<FakeConnection> = ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => ((stopped = true), reject(new AppError('cancelled', 'Cancelled')))),
      )
    const pool = poolOf(dial)
    const abort = new AbortController()
    const lease = pool.lease(plan('web'), { onStep: () => {}, signal: abort.signal })
    abort.abort()
    await expect(lease).rejects.toMatchObject({ code: 'cancelled' })
    expect(stopped).toBe(true)
  })

  it('gives each forward its own login if a refused one made the server disconnect', async () => {
    const { pool, dial, dialled } = setUp()
    const forward = { ...options(), noSessions: true }
    await pool.lease(plan('web'), options())
    const shared = await pool.lease(plan('web'), forward)
    expect(dial).toHaveBeenCalledTimes(1)
    const first = dialled[0] as FakeConnection
    first.endedByRefusal = true
    first.lose()
    shared.dispose()
    const shell = await pool.lease(plan('web'), options())
    const forwards = [await pool.lease(plan('web'), forward), await pool.lease(plan('web'), forward)]
    expect(new Set([shell, ...forwards].map(lease => lease.connection)).size).toBe(3)
    expect((await pool.lease(plan('other'), forward)).connection).toBe(
      (await pool.lease(plan('other'), options())).connection,
    )
  })

  it('shares one login of a jump host among any number of connections through it', async () => {
    const { pool, dial } = setUp()
    for (let n = 0; n < 12; n++) await pool.lease(plan('jump', `host${n}`), options())
    expect(dial.mock.calls.filter(([call]) => call.hop.key === 'jump')).toHaveLength(1)
  })

  it('asks in the background until the user waits for the same connection, including its jump hosts', async () => {
    const { pool, dial } = setUp()
    const askers: Asker[] = []
    let finish = () => {}
    const until = new Promise<void>(resolve => (finish = resolve))
    dial.mockImplementation(async ({ asker }) => {
      askers.push(asker)
      await until
      return new FakeConnection()
    })
    const behind = pool.lease(plan('jump', 'web'), { ...options(), asker: 'background' })
    const later = new Asker('background')
    const joined = pool.lease(plan('jump'), { ...options(), asker: later })
    expect(askers.map(({ by }) => by)).toEqual(['background'])
    later.raise()
    expect(askers.map(({ by }) => by)).toEqual(['person'])
    finish()
    await Promise.all([behind, joined])
    // The rest of the route still belongs to background work.
    expect(askers.map(({ by }) => by)).toEqual(['person', 'background'])
    await pool.lease(plan('other'), options())
    expect(askers.at(-1)?.by).toBe('person')
  })

  it('asks openly for hosts behind a jump host once the user has answered for it', async () => {
    const { pool, dial } = setUp()
    const askers: Asker[] = []
    let finish = () => {}
    const until = new Promise<void>(resolve => (finish = resolve))
    dial.mockImplementation(async ({ asker }) => {
      askers.push(asker)
      await until
      return new FakeConnection()
    })
    const whole = new Asker('background')
    const behind = pool.lease(plan('outer', 'inner', 'web'), { ...options(), asker: whole })
    askers[0]?.take()
    finish()
    await behind
    expect([...askers, whole].map(({ by }) => by)).toEqual(['person', 'person', 'person', 'person'])
  })
})
