import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { Redials, type Probe } from './redials.ts'

const lost = new AppError('lost', 'Lost.')
const rejected = new AppError('server-refused', 'Not now.')
const away: Probe = () => Promise.resolve('away')

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

/** A connection that fails again at each turn; returns the seconds at which its turns came. */
function failing(redials: Redials, login: string, { error = lost, probe = away } = {}): number[] {
  const startedAt = Date.now()
  const turns: number[] = []
  const wait = () =>
    void redials.wait(
      login,
      {
        error,
        upMs: 0,
        run: () => {
          turns.push((Date.now() - startedAt) / 1000)
          wait()
        },
      },
      probe,
    )
  wait()
  return turns
}

describe('a lost connection', () => {
  it('is dialed at once, then after 1, 2, 4, 8 and 15 seconds, then every 30', async () => {
    const turns = failing(new Redials(() => 0.5), 'a')
    await vi.advanceTimersByTimeAsync(120_000)
    expect(turns).toEqual([0, 1, 3, 7, 15, 30, 60, 90, 120])
  })

  it('is dialed at the same time as everything else that waits for the same login', async () => {
    const redials = new Redials(() => 0.5)
    const [first, second, other] = [failing(redials, 'a'), failing(redials, 'a'), failing(redials, 'b')]
    await vi.advanceTimersByTimeAsync(20_000)
    expect(first).toEqual([0, 1, 3, 7, 15])
    expect(second).toEqual(first)
    expect(other).toEqual(first)
  })

  it('starts from the beginning again after it has been up for a while', async () => {
    const redials = new Redials(() => 0.5)
    failing(redials, 'a')
    await vi.advanceTimersByTimeAsync(8_000)
    const login = 'b'
    for (let tries = 0; tries < 4; tries++) {
      redials.wait(login, { error: lost, upMs: 0, run: () => {} }, away)
      await vi.advanceTimersByTimeAsync(10_000)
    }
    expect(redials.wait(login, { error: lost, upMs: 11_000, run: () => {} }, away).until).toBe(Date.now())
  })

  it('is dialed as soon as its server listens again', async () => {
    let up = false
    const turns = failing(new Redials(() => 0.5), 'a', { probe: () => Promise.resolve(up ? 'there' : 'away') })
    await vi.advanceTimersByTimeAsync(33_000)
    up = true
    await vi.advanceTimersByTimeAsync(4_000)
    expect(turns).toEqual([0, 1, 3, 7, 15, 30, 34])
  })

  it('is not dialed sooner if its server already answered when the attempt failed', async () => {
    const turns = failing(new Redials(() => 0.5), 'a', { probe: () => Promise.resolve('there') })
    await vi.advanceTimersByTimeAsync(32_000)
    expect(turns).toEqual([0, 1, 3, 7, 15, 30])
  })

  it('is dialed as soon as a server answers that did not answer before, but at most every 2 seconds', async () => {
    const turns = failing(new Redials(() => 0.5), 'a', { probe: () => Promise.resolve('back') })
    await vi.advanceTimersByTimeAsync(17_000)
    expect(turns).toEqual([0, 1, 3, 5, 7, 9, 11, 13, 15, 17])
  })

  it('is dialed at once when a stopped server continues during the first probe', async () => {
    let greet = () => {}
    const probe = () => new Promise<'back'>(resolve => (greet = () => resolve('back')))
    const turns = failing(new Redials(() => 0.5), 'a', { probe })
    await vi.advanceTimersByTimeAsync(25_000)
    greet()
    await vi.advanceTimersByTimeAsync(1)
    expect(turns.map(Math.round)).toEqual([0, 1, 3, 7, 15, 25])
  })

  it('is left alone by the port’s answer if the server turned Hawser away', async () => {
    const turns = failing(new Redials(() => 0.5), 'a', { error: rejected, probe: () => Promise.resolve('there') })
    await vi.advanceTimersByTimeAsync(29_000)
    expect(turns).toEqual([0, 1, 3, 7, 15])
  })

  it('is dialed at once on a change of the network, and when its login is connected', async () => {
    const redials = new Redials(() => 0.5)
    const [a, b] = [failing(redials, 'a'), failing(redials, 'b')]
    await vi.advanceTimersByTimeAsync(20_000)
    redials.now()
    redials.now('b')
    expect(a).toEqual([0, 1, 3, 7, 15, 20])
    expect(b).toEqual([0, 1, 3, 7, 15, 20, 20])
  })

  it('starts from the beginning again on another network, be it during an attempt', async () => {
    const redials = new Redials(() => 0.5)
    for (let tries = 0; tries < 5; tries++) {
      redials.wait('a', { error: lost, upMs: 0, run: () => {} }, away)
      await vi.advanceTimersByTimeAsync(20_000)
    }
    redials.now()
    expect(redials.wait('a', { error: lost, upMs: 0, run: () => {} }, away).until).toBe(Date.now())
    const waiting = failing(redials, 'b')
    await vi.advanceTimersByTimeAsync(20_000)
    redials.now()
    await vi.advanceTimersByTimeAsync(3_500)
    expect(waiting).toEqual([0, 1, 3, 7, 15, 20, 21, 23])
  })

  it('is dialed sooner if someone waits for it, but not over and over', async () => {
    const redials = new Redials(() => 0.5)
    const turns = failing(redials, 'a')
    await vi.advanceTimersByTimeAsync(17_000)
    redials.hurry('a')
    await vi.advanceTimersByTimeAsync(4_000)
    redials.hurry('a')
    redials.hurry('a')
    expect(turns).toEqual([0, 1, 3, 7, 15, 21])
  })

  it('that nobody waits for any more is forgotten', async () => {
    const redials = new Redials(() => 0.5)
    const run = vi.fn()
    const turn = redials.wait('a', { error: lost, upMs: 0, run }, away)
    turn.dispose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})
