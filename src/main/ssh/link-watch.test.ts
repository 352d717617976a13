import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { LinkWatch } from './link-watch.ts'
import { usualLimits } from './liveness.ts'

/** A client that counts its pings and answers none of them. */
function watch(unsent: () => number = () => 0) {
  let pings = 0
  let heard = () => {}
  const lost: number[] = []
  const client = { _callbacks: [], _protocol: { ping: () => pings++ }, forwardOut: () => {} }
  const link = new LinkWatch({
    client: client as never,
    limits: usualLimits,
    onBytes: listener => (heard = listener),
    unsent,
    onLost: seconds => lost.push(seconds),
  })
  return { link, lost, heard: () => heard(), pings: () => pings }
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

  it('reports a connection with a pending request as stalled after 10 s and lost after 45 s', () => {
    const { link, lost, heard } = watch()
    link.noteWaiting(() => true)
    heard()
    vi.advanceTimersByTime(12_000)
    expect(link.state.kind).toBe('stalled')
    vi.advanceTimersByTime(35_000)
    expect(lost[0]).toBe(45)
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
