import { describe, expect, it } from 'vitest'

import { alive, judgeLiveness, probed, sent } from './liveness.ts'

describe('liveness', () => {
  it('reports nothing while bytes arrive', () => {
    expect(judgeLiveness(alive(0), 14_000)).toEqual({ kind: 'quiet' })
  })

  it('probes after 15 s of silence, and 3 s after something was typed', () => {
    expect(judgeLiveness(alive(0), 15_000)).toEqual({ kind: 'probe' })
    expect(judgeLiveness(sent(alive(0), 1_000), 3_900)).toEqual({ kind: 'quiet' })
    expect(judgeLiveness(sent(alive(0), 1_000), 4_000)).toEqual({ kind: 'probe' })
  })

  it('reports a stall 5 s after the first unanswered byte, and a loss after 45 s', () => {
    const state = probed(sent(alive(0), 1_000), 4_000)
    expect(judgeLiveness(state, 5_900)).toEqual({ kind: 'quiet' })
    expect(judgeLiveness(state, 6_000)).toEqual({ kind: 'stalled', seconds: 5 })
    expect(judgeLiveness(state, 46_000)).toEqual({ kind: 'lost', seconds: 45 })
  })

  it('doesn’t mistake sleep for silence: a probe sent after it gets its full time', () => {
    const hour = 3_600_000
    expect(judgeLiveness(alive(0), hour)).toEqual({ kind: 'probe' })
    const state = probed(sent(alive(0), 1_000), hour)
    expect(judgeLiveness(state, hour + 1_000).kind).toBe('stalled')
    expect(judgeLiveness(state, hour + 45_000).kind).toBe('lost')
  })

  it('recovers after any byte', () => {
    expect(judgeLiveness(alive(20_000), 21_000)).toEqual({ kind: 'quiet' })
  })
})
