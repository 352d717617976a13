import { getEventListeners } from 'node:events'

import { describe, expect, test } from 'vitest'

import { untilAborted } from './abort.ts'

const never = new Promise<never>(() => {})
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('waiting until aborted', () => {
  test('returns the value or the error of the work, and leaves no listener', async () => {
    const { signal } = new AbortController()
    await expect(untilAborted(Promise.resolve(3), signal)).resolves.toBe(3)
    await expect(untilAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    await expect(untilAborted(Promise.resolve(4), undefined)).resolves.toBe(4)
    expect(listeners(signal)).toBe(0)
  })

  test('ends with the signal, and leaves no listener', async () => {
    const abort = new AbortController()
    const waiting = untilAborted(never, abort.signal)
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    expect(listeners(abort.signal)).toBe(0)
  })

  test('does not wait if the signal is already aborted', async () => {
    await expect(untilAborted(never, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('ignores a failure that comes after the abort', async () => {
    const abort = new AbortController()
    let fail = (_error: Error) => {}
    const work = new Promise<void>((_resolve, reject) => (fail = reject))
    const waiting = untilAborted(work, abort.signal)
    abort.abort()
    fail(new Error('late'))
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  })
})
