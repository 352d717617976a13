import type { AskedBy } from '../../shared/contract/asked-by.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import type { Asker } from './asker.ts'

export interface AskOptions {
  /** On whose behalf the question is asked. A background question never opens automatically: it is only indicated. */
  readonly asker: AskedBy | Asker
  readonly signal: AbortSignal
}

/** The questions that the main process may ask the user. */
export interface Prompter {
  /** Asks a question; null is Cancel, also when `signal` aborts. */
  ask(question: Question, options: AskOptions): Promise<Answer | null>
}
