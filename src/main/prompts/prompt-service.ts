import { randomUUID } from 'node:crypto'

import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Answer, OpenQuestion, Question, QuestionId } from '../../shared/contract/prompts.ts'
import type { Prompter } from './prompter.ts'

type Contract = Services['prompts']

interface Waiting {
  readonly question: OpenQuestion
  readonly settle: (answer: Answer | null) => void
}

/** Keeps the open questions and gives each answer to the one who asked. */
export class PromptService implements Contract, Prompter, Disposable {
  readonly #changed = new Emitter<readonly OpenQuestion[]>()
  readonly onChanged = this.#changed.event
  readonly #waiting = new Map<QuestionId, Waiting>()

  ask(question: Question, signal: AbortSignal): Promise<Answer | null> {
    if (signal.aborted) return Promise.resolve(null)
    const id = randomUUID() as QuestionId
    return new Promise(resolve => {
      const settle = (answer: Answer | null) => {
        signal.removeEventListener('abort', cancel)
        this.#waiting.delete(id)
        this.#announce()
        resolve(answer)
      }
      const cancel = () => settle(null)
      signal.addEventListener('abort', cancel)
      this.#waiting.set(id, { question: { ...question, id }, settle })
      this.#announce()
    })
  }

  list: Contract['list'] = () => [...this.#waiting.values()].map(({ question }) => question)

  answer: Contract['answer'] = ({ id, answer }) => this.#waiting.get(id)?.settle(answer)

  dispose(): void {
    for (const { settle } of [...this.#waiting.values()]) settle(null)
    this.#changed.dispose()
  }

  #announce(): void {
    this.#changed.fire([...this.#waiting.values()].map(({ question }) => question))
  }
}
