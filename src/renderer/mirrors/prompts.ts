import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { OpenQuestion, QuestionId } from '../../shared/contract/prompts.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Follow } from '../ipc/mirror.ts'

/** The questions of main, and which of them are open in this window. */
export interface PromptsState {
  readonly questions: readonly OpenQuestion[]
  /** Those of the background that the user asked to see. */
  readonly called: ReadonlySet<QuestionId>
  /** The one that is open: no other takes its place before it is answered. */
  readonly shown: QuestionId | null
}

export const noQuestions: PromptsState = { questions: [], called: new Set(), shown: null }

export const usePrompts = create<PromptsState>()(() => noQuestions)

/** What main's list makes of the state. A question of the background opens only when it is called for. */
export function withQuestions(state: PromptsState, questions: readonly OpenQuestion[]): PromptsState {
  const called = new Set([...state.called].filter(id => questions.some(each => each.id === id)))
  const stays = questions.some(each => each.id === state.shown)
  const next = questions.find(each => each.asker === 'person' || called.has(each.id))
  return { questions, called, shown: stays ? state.shown : (next?.id ?? null) }
}

/** The question that is open. */
export function shownQuestion({ questions, shown }: PromptsState): OpenQuestion | undefined {
  return questions.find(each => each.id === shown)
}

/** How many wait for somebody to look. */
export function waitingQuestions({ questions, called, shown }: PromptsState): number {
  return questions.filter(each => each.asker === 'background' && each.id !== shown && !called.has(each.id)).length
}

/** Opens the questions that wait, one after the other. */
export function callQuestions(): void {
  usePrompts.setState(state => {
    const called = new Set(state.questions.map(({ id }) => id))
    return withQuestions({ ...state, called }, state.questions)
  })
}

/** Keeps this window's open questions equal to those of main. */
export function mirrorPrompts({ prompts }: Api, follow: Follow): Disposable {
  const show = (questions: readonly OpenQuestion[]) => usePrompts.setState(state => withQuestions(state, questions))
  return follow({ name: 'the open questions', list: prompts.list, onChanged: prompts.onChanged, show })
}
