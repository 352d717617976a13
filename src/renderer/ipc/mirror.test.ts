import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import { createFollow } from './mirror.ts'

function setUp(list: () => Promise<string>) {
  const changed = new Emitter<string>()
  const shown: string[] = []
  const reported: string[] = []
  const asked = vi.fn(list)
  const follow = createFollow(error => reported.push((error as Error).message))
  const mirror = follow({
    name: 'the hosts',
    list: asked,
    onChanged: changed.event,
    show: value => void shown.push(value),
  })
  onTestFinished(() => mirror.dispose())
  return { changed, shown, reported, asked, mirror }
}

describe('a mirror of main', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('shows the first state and each that follows', async () => {
    const { changed, shown } = setUp(() => Promise.resolve('first'))
    await vi.advanceTimersByTimeAsync(0)
    changed.fire('second')
    expect(shown).toEqual(['first', 'second'])
  })

  it('does not go back to a list that was on its way when news came', async () => {
    let answer: (value: string) => void = () => {}
    const { changed, shown } = setUp(() => new Promise(resolve => (answer = resolve)))
    await vi.advanceTimersByTimeAsync(0)
    changed.fire('newer')
    answer('older')
    await vi.advanceTimersByTimeAsync(0)
    expect(shown).toEqual(['newer'])
  })

  it('reports a failure once, with the next step, and lists again until it is there', async () => {
    let fails = 6
    const { shown, reported, asked } = setUp(() =>
      fails-- > 0 ? Promise.reject(new AppError('disk', 'The disk is gone.')) : Promise.resolve('there'),
    )
    await vi.advanceTimersByTimeAsync(120_000)
    expect(shown).toEqual(['there'])
    expect(asked).toHaveBeenCalledTimes(7)
    expect(reported).toEqual(['Can’t load the hosts: The disk is gone. Retrying. If this stays, restart Hawser.'])
  })

  it('asks no more once news came, or once it is disposed', async () => {
    const first = setUp(() => Promise.reject(new Error('no')))
    await vi.advanceTimersByTimeAsync(0)
    first.changed.fire('news')
    const second = setUp(() => Promise.reject(new Error('no')))
    await vi.advanceTimersByTimeAsync(0)
    second.mirror.dispose()
    second.changed.fire('late')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(second.shown).toEqual([])
    expect(first.asked.mock.calls.length).toBeLessThanOrEqual(2)
    expect(second.asked).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('counts a list that throws at once as a failure', async () => {
    const { reported } = setUp(() => {
      throw new Error('no bridge')
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(reported).toHaveLength(1)
  })
})
