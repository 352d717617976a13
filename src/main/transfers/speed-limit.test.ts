import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { SpeedLimit } from './speed-limit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('bytes wait until earlier ones are within the limit', async () => {
  const limit = new SpeedLimit()
  expect(limit.pass(1_000_000)).toBeUndefined()
  limit.set(1000)
  let passed = false
  const wait = limit.pass(2000)?.then(() => (passed = true))
  await vi.advanceTimersByTimeAsync(1_900)
  expect(passed).toBe(false)
  await vi.advanceTimersByTimeAsync(200)
  await wait
  expect(passed).toBe(true)
})

test('a removed limit releases waiting bytes', async () => {
  const limit = new SpeedLimit()
  limit.set(1000)
  const wait = limit.pass(3_600_000)
  limit.set(0)
  await wait
  expect(vi.getTimerCount()).toBe(0)
})
