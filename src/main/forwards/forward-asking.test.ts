import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import type { Forward } from '../../shared/contract/forwards.ts'
import { ForwardRunner, type RunnerParts } from './forward-runner.ts'

type LeaseOptions = Parameters<RunnerParts['lease']>[0]

const forward = {
  kind: 'local',
  listen: { kind: 'tcp', address: '127.0.0.1', port: 0 },
  to: { kind: 'tcp', address: 'localhost', port: 1 },
  freePort: true,
} as unknown as Forward

/** A runner whose sign-in needs an answer, which never comes. */
function runnerThatAsks() {
  const asked: LeaseOptions[] = []
  const runner = new ForwardRunner(forward, {
    lease: options => {
      asked.push(options)
      if (options.quiet) return Promise.reject(new AppError('needs-answer', 'It asks.'))
      options.onStep({ kind: 'asking' })
      return new Promise(() => {})
    },
    isReachable: () => Promise.resolve(false),
    onChanged: () => {},
    onRefused: () => {},
    reportBug: (_where, error) => expect.unreachable(String(error)),
  })
  onTestFinished(() => runner.dispose())
  return { runner, asked }
}

describe('the questions of a forward', () => {
  it('wait in the background when it starts automatically, until the user starts it manually', async () => {
    const { runner, asked } = runnerThatAsks()
    void runner.start(true)
    await vi.waitFor(() => expect(runner.state).toEqual({ kind: 'needs-you', error: null }))
    expect(asked.map(({ quiet, asker }) => [quiet, asker.by])).toEqual([
      [true, 'background'],
      [false, 'background'],
    ])
    runner.retryNow(false)
    expect(asked[1]?.asker.by).toBe('background')
    runner.retryNow(true)
    expect(asked[1]?.asker.by).toBe('person')
    expect(asked).toHaveLength(2)
  })

  it('open at once when the user starts it', async () => {
    const { runner, asked } = runnerThatAsks()
    void runner.start(false)
    await vi.waitFor(() => expect(asked.map(({ asker }) => asker.by)).toEqual(['person']))
  })
})
