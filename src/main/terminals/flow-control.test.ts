import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { FlowControl } from './flow-control.ts'

describe('FlowControl', () => {
  it('pauses at the high mark and resumes below the low one, once each', () => {
    const flow = new FlowControl({ high: 100, low: 40 })
    expect([flow.sent(60), flow.sent(60), flow.sent(1)]).toEqual(['go-on', 'pause', 'go-on'])
    expect([flow.acknowledged(60), flow.acknowledged(40), flow.acknowledged(21)]).toEqual(['go-on', 'resume', 'go-on'])
  })

  it('is never stuck: once all is acknowledged the source runs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 50 }), sizes => {
        const flow = new FlowControl()
        for (const size of sizes) flow.sent(size)
        for (const size of sizes) flow.acknowledged(size)
        expect(flow.paused).toBe(false)
      }),
    )
  })

  it('doesn’t accept acknowledgments of more than was sent', () => {
    const flow = new FlowControl({ high: 100, low: 40 })
    flow.acknowledged(1e9)
    expect(flow.sent(100)).toBe('pause')
  })
})
