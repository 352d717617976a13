import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { OpenQuestion, QuestionId } from '../../shared/contract/prompts.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Follow } from '../ipc/mirror.ts'

/** Main's open questions, and the one that this window shows. */
export interface PromptsState {
  readonly questions: readonly OpenQuestion[]
  /** Background questions that the user asked to see. */
  readonly called: ReadonlySet<QuestionId>
  /** The question being shown; it stays until it is answered. */
  readonly shown: QuestionId | null
}

export const noQuestions: PromptsState = { questions: [], called: new Set(), shown: null }

export const usePrompts = create<PromptsState>()(() => noQuestions)

/** Applies main's list of questions. A background question opens only if the user asks for it. */
export function withQuestions(state: PromptsState, questions: readonly OpenQuestion[]): PromptsState {
  const called = new Set([...state.called].filter(id => questions.some(each => each.id === id)))
  const stays = questions.some(each => each.id === state.shown)
  const next = questions.find(each => each.asker === 'person' || called.has(each.id))
  return { questions, called, shown: stays ? state.shown : (next?.id ?? null) }
}

/** The question being shown. */
export function shownQuestion({ questions, shown }: PromptsState): OpenQuestion | undefined {
  return questions.find(each => each.id === shown)
}

/** The number of background questions that are not shown yet. */
export function waitingQuestions({ questions, called, shown }: PromptsState): number {
  return questions.filter(each => each.asker === 'background' && each.id !== shown && !called.has(each.id)).length
}

/** Shows the waiting questions, one after another. */
export function callQuestions(): void {
  usePrompts.setState(state => {
    const called = new Set(state.questions.map(({ id }) => id))
    return withQuestions({ ...state, called }, state.questions)
  })
}

/** Mirrors main's open questions. */
export function mirrorPrompts({ prompts }: Api, follow: Follow): Disposable {
  const show = (questions: readonly OpenQuestion[]) => usePrompts.setState(state => withQuestions(state, questions))
  return follow({ name: 'the open questions', list: prompts.list, onChanged: prompts.onChanged, show })
}
