import { beforeEach, describe, expect, it } from 'vitest'

import type { AskedBy } from '../../shared/contract/asked-by.ts'
import type { OpenQuestion } from '../../shared/contract/prompts.ts'
import { callQuestions, noQuestions, shownQuestion, usePrompts, waitingQuestions, withQuestions } from './prompts.ts'

function ask(id: string, asker: AskedBy): OpenQuestion {
  return { id, asker, kind: 'open-address', address: id } as unknown as OpenQuestion
}

const show = (...questions: OpenQuestion[]) => usePrompts.setState(state => withQuestions(state, questions))
const shown = () => shownQuestion(usePrompts.getState())?.id
const waiting = () => waitingQuestions(usePrompts.getState())

describe('which question is open', () => {
  beforeEach(() => usePrompts.setState(noQuestions))

  it('is the oldest that a person waits for; those of the background wait behind a mark', () => {
    show(ask('a', 'background'), ask('b', 'person'), ask('c', 'person'))
    expect(shown()).toBe('b')
    expect(waiting()).toBe(1)
    show(ask('a', 'background'))
    expect(shown()).toBeUndefined()
  })

  it('does not change under the user’s hands before it is answered', () => {
    show(ask('a', 'background'), ask('b', 'person'))
    show(ask('a', 'person'), ask('b', 'person'))
    expect(shown()).toBe('b')
    show(ask('a', 'person'))
    expect(shown()).toBe('a')
  })

  it('is one of the background once it is called for, and only those that waited then', () => {
    show(ask('a', 'background'), ask('b', 'background'))
    callQuestions()
    expect(shown()).toBe('a')
    expect(waiting()).toBe(0)
    show(ask('b', 'background'), ask('c', 'background'))
    expect(shown()).toBe('b')
    expect(waiting()).toBe(1)
    show(ask('c', 'background'))
    expect(shown()).toBeUndefined()
  })
})
