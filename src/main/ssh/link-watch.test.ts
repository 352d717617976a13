import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { LinkWatch } from './link-watch.ts'
import { usualLimits } from './liveness.ts'

/** A client that counts its pings and answers none of them. */
function watch(unsent: () => number = () => 0) {
  let pings = 0
  let heard = () => {}
  const lost: number[] = []
  const callbacks: (() => void)[] = []
  const client = { _callbacks: callbacks, _protocol: { ping: () => pings++ }, forwardOut: () => {} }
  const link = new LinkWatch({
    client: client as never,
    limits: usualLimits,
    onBytes: listener => (heard = listener),
    unsent,
    onLost: seconds => lost.push(seconds),
  })
  const answer = () => {
    heard()
    callbacks.shift()?.()
  }
  return { link, lost, heard: () => heard(), answer, pings: () => pings }
}

describe('the watch over a link', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('probes 3 s after the last response while a request waits, but 15 s after silence alone', () => {
    const idle = watch()
    idle.heard()
    vi.advanceTimersByTime(10_000)
    expect(idle.pings()).toBe(1)
    let waiting = true
    const busy = watch()
    const noted = busy.link.noteWaiting(() => waiting)
    // An answer to one of several requests proves nothing about the others.
    busy.heard()
    vi.advanceTimersByTime(4_000)
    expect(busy.pings()).toBe(2)
    waiting = false
    busy.heard()
    vi.advanceTimersByTime(10_000)
    expect(busy.pings()).toBe(2)
    noted.dispose()
    for (const each of [idle, busy]) each.link.dispose()
  })

  it('reports a connection with a pending request as stalled after 5 s and lost after 45 s', () => {
    const { link, lost, heard } = watch()
    link.noteWaiting(() => true)
    heard()
    vi.advanceTimersByTime(6_000)
    expect(link.state.kind).toBe('stalled')
    vi.advanceTimersByTime(41_000)
    expect(lost[0]).toBe(45)
    link.dispose()
  })

  it('reports a connection that must answer after sleep as lost after 5 s of silence, and any other as before', () => {
    const [woken, changed] = [watch(), watch()]
    for (const { link } of [woken, changed]) {
      link.noteWaiting(() => false)
      vi.advanceTimersByTime(1_000)
    }
    woken.answer()
    changed.answer()
    woken.link.checkNow({ mustAnswer: true })
    changed.link.checkNow({ mustAnswer: false })
    vi.advanceTimersByTime(4_000)
    expect(woken.lost).toEqual([])
    vi.advanceTimersByTime(2_000)
    expect([woken.lost[0], changed.lost]).toEqual([5, []])
    for (const { link } of [woken, changed]) link.dispose()
  })

  it('keeps a connection that answers in time after sleep', () => {
    const { link, lost, answer } = watch()
    answer()
    link.checkNow({ mustAnswer: true })
    vi.advanceTimersByTime(4_000)
    answer()
    vi.advanceTimersByTime(6_000)
    expect(lost).toEqual([])
    link.dispose()
  })

  it('takes bytes from before the sleep for no answer, but waits while others arrive', () => {
    const { link, lost, heard, answer } = watch()
    answer()
    link.checkNow({ mustAnswer: true })
    heard()
    vi.advanceTimersByTime(4_000)
    heard()
    vi.advanceTimersByTime(2_000)
    heard()
    vi.advanceTimersByTime(2_000)
    expect(lost).toEqual([])
    vi.advanceTimersByTime(3_000)
    expect(lost[0]).toBe(5)
    link.dispose()
  })

  it('waits for the answer that arrived while Hawser was stopped', () => {
    const { link, lost, heard, answer } = watch()
    answer()
    link.noteWaiting(() => true)
    heard()
    vi.advanceTimersByTime(3_500)
    // No timer fires meanwhile, and then all of them before anything is read.
    vi.setSystemTime(Date.now() + 60_000)
    vi.advanceTimersByTime(1_000)
    expect([link.state.kind, lost]).toEqual(['ready', []])
    answer()
    answer()
    vi.advanceTimersByTime(10_000)
    expect(lost).toEqual([])
    link.dispose()
  })

  it('drops a connection that stays silent after Hawser was stopped as it does after sleep', () => {
    const { link, lost, answer } = watch()
    answer()
    link.noteWaiting(() => false)
    vi.advanceTimersByTime(1_000)
    vi.setSystemTime(Date.now() + 60_000)
    vi.advanceTimersByTime(4_000)
    expect(lost).toEqual([])
    vi.advanceTimersByTime(3_000)
    expect(lost[0]).toBe(5)
    link.dispose()
  })

  it('counts sent data that is being received as life: a response has to wait behind it', () => {
    let left = 10_000_000
    const { link, lost, heard } = watch(() => (left -= 20_000))
    link.noteWaiting(() => true)
    heard()
    vi.advanceTimersByTime(120_000)
    expect([link.state.kind, lost]).toEqual(['ready', []])
    link.dispose()
  })
})
