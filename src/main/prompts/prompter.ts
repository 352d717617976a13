import type { Answer, Question } from '../../shared/contract/prompts.ts'

/** The questions main may ask a person. */
export interface Prompter {
  /** Null is Cancel, also when `signal` ends the wait. */
  ask(question: Question, signal: AbortSignal): Promise<Answer | null>
}
