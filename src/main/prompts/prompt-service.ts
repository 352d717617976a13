import { randomUUID } from 'node:crypto'

import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import type { Answer, OpenQuestion, Question, QuestionId } from '../../shared/contract/prompts.ts'
import { Asker } from './asker.ts'
import type { AskOptions, Prompter } from './prompter.ts'

type Contract = Services['prompts']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

interface Waiting {
  question: OpenQuestion
  readonly settle: (answer: Answer | null) => void
  readonly asker: AskedBy | Asker
}

/** Holds the open questions and passes each answer to its caller. */
export class PromptService implements Contract, Prompter, Disposable {
  readonly #changed = new Emitter<readonly OpenQuestion[]>()
  readonly onChanged = this.#changed.event
  readonly #waiting = new Map<QuestionId, Waiting>()

  ask(question: Question, { asker, signal }: AskOptions): Promise<Answer | null> {
    if (signal.aborted) return Promise.resolve(null)
    const id = randomUUID() as QuestionId
    return new Promise(resolve => {
      const settle = (answer: Answer | null) => {
        signal.removeEventListener('abort', cancel)
        raised?.dispose()
        this.#waiting.delete(id)
        this.#announce()
        resolve(answer)
      }
      const cancel = () => settle(null)
      const raised = asker instanceof Asker ? asker.onRaised(() => this.#raise(id)) : undefined
      signal.addEventListener('abort', cancel)
      const by = asker instanceof Asker ? asker.by : asker
      this.#waiting.set(id, { question: { ...question, id, asker: by }, settle, asker })
      this.#announce()
    })
  }

  list(): OpenQuestion[] {
    return [...this.#waiting.values()].map(({ question }) => question)
  }

  answer({ id, answer }: Input<'answer'>): void {
    const waiting = this.#waiting.get(id)
    waiting?.settle(answer)
    // The user who answered waits for the result, including further questions.
    if (answer !== null && waiting?.asker instanceof Asker) waiting.asker.take()
  }

  dispose(): void {
    for (const { settle } of [...this.#waiting.values()]) settle(null)
    this.#changed.dispose()
  }

  /** Notes that the user is now waiting for the answer. */
  #raise(id: QuestionId): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    waiting.question = { ...waiting.question, asker: 'person' }
    this.#announce()
  }

  #announce(): void {
    this.#changed.fire([...this.#waiting.values()].map(({ question }) => question))
  }
}
