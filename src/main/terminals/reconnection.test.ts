import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { AppError, type ErrorCode } from '../../shared/base/errors.ts'
import type { TerminalState } from '../../shared/contract/terminals.ts'
import { Redials } from '../ssh/redials.ts'
import { Reconnection } from './reconnection.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const lost = new AppError('lost', 'Lost.')

/** A lost terminal whose attempts end as told, in order; the last answer counts for all others. */
function setUp(...answers: (ErrorCode | 'works' | 'hangs')[]) {
  const attempts: boolean[] = []
  const states: TerminalState[] = []
  const givenUp: ErrorCode[] = []
  const redials = new Redials(() => 0.5)
  const reconnection = new Reconnection(
    {
      redial: each => redials.wait('box', each, () => Promise.resolve('away')),
      connect: async ({ quiet, signal }) => {
        const answer = answers[Math.min(attempts.length, answers.length - 1)] ?? 'works'
        attempts.push(quiet)
        if (answer === 'works') return
        if (answer === 'hangs')
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        throw new AppError(answer, 'No.')
      },
      onState: state => states.push(state),
      onGivenUp: error => givenUp.push(error.code),
      reportBug: (_where, error) => expect.unreachable(String(error)),
    },
    { error: lost, upMs: 60_000 },
  )
  return { reconnection, attempts, states, givenUp, last: () => states.at(-1)?.kind }
}

describe('a lost terminal', () => {
  it('connects at once, and asks nothing', async () => {
    const { attempts, states } = setUp('works')
    expect(states).toEqual([{ kind: 'reconnecting', error: { code: 'lost', message: 'Lost.' }, until: 1_000_000 }])
    await vi.advanceTimersByTimeAsync(0)
    expect(attempts).toEqual([true])
  })

  it.each(['lost', 'refused', 'unreachable', 'timed-out', 'name-not-found', 'server-refused'] as const)(
    'tries again without end after %s',
    async code => {
      const { attempts, last } = setUp(code)
      await vi.advanceTimersByTimeAsync(10 * 60_000)
      expect(attempts.length).toBeGreaterThan(20)
      expect(last()).toBe('reconnecting')
    },
  )

  it.each(['host-key-rejected', 'cancelled', 'no-common-algorithm', 'not-found'] as const)(
    'is given up after %s, which a retry can’t fix',
    async code => {
      const { attempts, givenUp, reconnection } = setUp(code)
      await vi.advanceTimersByTimeAsync(10 * 60_000)
      reconnection.now(true)
      await vi.advanceTimersByTimeAsync(60_000)
      expect([attempts.length, givenUp]).toEqual([1, [code]])
    },
  )

  it('waits for the user where the server asks something, and asks once only', async () => {
    const { attempts, last, reconnection } = setUp('needs-answer', 'hangs')
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect([attempts, last()]).toEqual([[true], 'sign-in'])
    reconnection.now(true)
    reconnection.now(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(attempts).toEqual([true, false])
  })

  it('asks where the server refused what is saved, and is given up if it refuses the answer, too', async () => {
    const { attempts, givenUp, last, reconnection } = setUp('auth-failed')
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect([attempts, last(), givenUp]).toEqual([[true], 'sign-in', []])
    reconnection.now(true)
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect([attempts, givenUp]).toEqual([[true, false], ['auth-failed']])
  })

  it('asks at once if the user looked at it while it was being dialed', async () => {
    let fail = () => {}
    const attempts: boolean[] = []
    const redials = new Redials(() => 0.5)
    const reconnection = new Reconnection(
      {
        redial: each => redials.wait('box', each, () => Promise.resolve('away')),
        connect: ({ quiet }) => {
          attempts.push(quiet)
          return new Promise((_resolve, reject) => {
            fail = () => reject(new AppError('needs-answer', 'A code.'))
          })
        },
        onState: () => {},
        onGivenUp: () => {},
        reportBug: () => {},
      },
      { error: lost, upMs: 60_000 },
    )
    await vi.advanceTimersByTimeAsync(0)
    reconnection.now(true)
    fail()
    await vi.advanceTimersByTimeAsync(0)
    expect(attempts).toEqual([true, false])
  })

  it('needs no sign-in any more once its login is connected', async () => {
    const { attempts, reconnection } = setUp('needs-answer', 'works')
    await vi.advanceTimersByTimeAsync(0)
    reconnection.connected()
    await vi.advanceTimersByTimeAsync(0)
    expect(attempts).toEqual([true, true])
  })

  it('that is closed makes no attempt any more, and says nothing', async () => {
    const { attempts, states, reconnection } = setUp('refused')
    await vi.advanceTimersByTimeAsync(0)
    reconnection.dispose()
    const before = states.length
    await vi.advanceTimersByTimeAsync(60_000)
    reconnection.now(true)
    expect([attempts.length, states.length]).toEqual([1, before])
  })
})
