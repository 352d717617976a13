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

describe('the question being shown', () => {
  beforeEach(() => usePrompts.setState(noQuestions))

  it('is the oldest one that the user is waiting for; background questions are only counted', () => {
    show(ask('a', 'background'), ask('b', 'person'), ask('c', 'person'))
    expect(shown()).toBe('b')
    expect(waiting()).toBe(1)
    show(ask('a', 'background'))
    expect(shown()).toBeUndefined()
  })

  it('stays until it is answered', () => {
    show(ask('a', 'background'), ask('b', 'person'))
    show(ask('a', 'person'), ask('b', 'person'))
    expect(shown()).toBe('b')
    show(ask('a', 'person'))
    expect(shown()).toBe('a')
  })

  it('is a background question once the user asks for it, but not one that arrives later', () => {
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
