import type { AskedBy } from '../../shared/contract/asked-by.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import type { Asker } from './asker.ts'

export interface AskOptions {
  /** Who waits for the answer. A question of the background never opens by itself: it waits behind a mark. */
  readonly asker: AskedBy | Asker
  readonly signal: AbortSignal
}

/** The questions main may ask a person. */
export interface Prompter {
  /** Null is Cancel, also when `signal` ends the wait. */
  ask(question: Question, options: AskOptions): Promise<Answer | null>
}
