import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Deadline } from './deadline.ts'

describe('Deadline', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('pauses while the user is asked and continues where it stopped', async () => {
    const expired = vi.fn()
    const deadline = new Deadline(expired)
    deadline.restart(1_000)
    await vi.advanceTimersByTimeAsync(600)
    let answer: () => void = () => {}
    const asked = deadline.pauseFor(() => new Promise<void>(resolve => (answer = resolve)))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(expired).not.toHaveBeenCalled()
    answer()
    await asked
    await vi.advanceTimersByTimeAsync(399)
    expect(expired).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(expired).toHaveBeenCalledTimes(1)
  })

  it('says nothing once disposed', async () => {
    const expired = vi.fn()
    const deadline = new Deadline(expired)
    deadline.restart(10)
    deadline.dispose()
    await vi.advanceTimersByTimeAsync(100)
    expect(expired).not.toHaveBeenCalled()
  })
})
