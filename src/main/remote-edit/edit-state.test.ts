import fc from 'fast-check'
import { expect, test } from 'vitest'

import { AppError, errorCode } from '../../shared/base/errors.ts'
import { isUnsent, nextState, type EditEvent, type EditState } from './edit-state.ts'

const failed = (code: string, tries = 0): EditState =>
  nextState({ kind: 'sending' }, { kind: 'failed', error: new AppError(code as 'lost', 'No.'), tries })

test('a lost connection to the host is retried, at growing intervals', () => {
  const delays = [0, 1, 2, 10, 1_000].map(tries => {
    const state = failed('lost', tries)
    return state.kind === 'waiting' ? state.retryMs : null
  })
  expect(delays).toEqual([2_000, 4_000, 8_000, 300_000, 300_000])
})

test('signing in waits for the user, and everything else is kept for them', () => {
  expect(failed('needs-answer')).toEqual({ kind: 'waiting', why: 'No.', retryMs: null })
  expect(failed('no-permission')).toEqual({ kind: 'held', why: 'No.' })
  expect(nextState({ kind: 'sending' }, { kind: 'failed', error: new Error('Bug.'), tries: 0 }).kind).toBe('held')
})

test('a postponed upload is not asked about again until a new save or the user’s request', () => {
  const held: EditState = { kind: 'held', why: 'No.' }
  expect(nextState(held, { kind: 'looked', holds: 'what was tried' })).toBe(held)
  expect(nextState(held, { kind: 'retry' })).toBe(held)
  expect(nextState(held, { kind: 'looked', holds: 'something new' })).toEqual({ kind: 'dirty' })
  expect(nextState(held, { kind: 'asked-to-send' })).toEqual({ kind: 'dirty' })
  expect(nextState(held, { kind: 'looked', holds: 'what was sent' })).toEqual({ kind: 'clean' })
})

test('after any history a new save is uploaded', () => {
  const event: fc.Arbitrary<EditEvent> = fc.oneof(
    fc
      .constantFrom('what was sent', 'what was tried', 'something new')
      .map(holds => ({ kind: 'looked', holds }) as const),
    fc.constantFrom('started', 'sent', 'retry', 'asked-to-send', 'dropped').map(kind => ({ kind }) as const),
    fc.record({
      kind: fc.constant('failed' as const),
      error: fc.constantFrom(...errorCode.options).map(code => new AppError(code, 'No.')),
      tries: fc.nat(),
    }),
    fc.constant({ kind: 'put-off', why: 'No.' } as const),
  )
  fc.assert(
    fc.property(fc.array(event), history => {
      const state = history.reduce(nextState, { kind: 'clean' } as EditState)
      expect(nextState(state, { kind: 'looked', holds: 'something new' })).toEqual({ kind: 'dirty' })
      if (isUnsent(state)) expect(nextState(state, { kind: 'asked-to-send' })).toEqual({ kind: 'dirty' })
    }),
  )
})
