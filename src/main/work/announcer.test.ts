import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Announcer } from './announcer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('many changes are announced once, with what holds then', () => {
  let value = 0
  const heard: number[] = []
  const announcer = new Announcer(() => value, { everyMs: 100 })
  announcer.event(each => heard.push(each))
  for (value = 1; value < 5; value++) announcer.touch()
  vi.advanceTimersByTime(99)
  expect(heard).toEqual([])
  vi.advanceTimersByTime(500)
  expect(heard).toEqual([5])
  announcer.touch()
  vi.advanceTimersByTime(100)
  expect(heard).toEqual([5, 5])
  announcer.dispose()
})

test('what moves by itself is announced until it stands still', () => {
  let left = 3
  const heard: number[] = []
  const announcer = new Announcer(() => --left, { everyMs: 100, moves: () => left > 0 })
  announcer.event(each => heard.push(each))
  announcer.touch()
  vi.advanceTimersByTime(1_000)
  expect(heard).toEqual([2, 1, 0])
  announcer.dispose()
})

test('nothing is announced once it is disposed', () => {
  const heard: number[] = []
  const announcer = new Announcer(() => 1, { everyMs: 100 })
  announcer.event(each => heard.push(each))
  announcer.touch()
  announcer.dispose()
  announcer.touch()
  vi.advanceTimersByTime(1_000)
  expect([heard, vi.getTimerCount()]).toEqual([[], 0])
})
