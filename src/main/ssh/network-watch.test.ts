import { afterEach, expect, onTestFinished, test, vi } from 'vitest'

import { NetworkWatch } from './network-watch.ts'

afterEach(() => void vi.useRealTimers())

test('a change of addresses is announced once, and changes reported by others at once', () => {
  vi.useFakeTimers()
  let addresses = '192.0.2.1'
  let heard = 0
  const watch = new NetworkWatch(() => addresses)
  onTestFinished(() => watch.dispose())
  watch.onChanged(() => heard++)
  vi.advanceTimersByTime(10_000)
  expect(heard).toBe(0)
  addresses = '198.51.100.7'
  vi.advanceTimersByTime(10_000)
  expect(heard).toBe(1)
  watch.note('woke')
  expect(heard).toBe(2)
  watch.dispose()
  addresses = ''
  vi.advanceTimersByTime(10_000)
  expect(heard).toBe(2)
})

test('a clock that has jumped ahead means that this computer, or Hawser alone, did not run', () => {
  vi.useFakeTimers()
  const watch = new NetworkWatch(() => '192.0.2.1')
  onTestFinished(() => watch.dispose())
  const changes: string[] = []
  watch.onChanged(change => changes.push(change))
  vi.advanceTimersByTime(10_000)
  vi.setSystemTime(Date.now() + 2_000)
  vi.advanceTimersByTime(10_000)
  expect(changes).toEqual([])
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(10_000)
  expect(changes).toEqual(['woke'])
})
