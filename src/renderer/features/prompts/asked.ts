import type { Answer, OpenQuestion } from '../../../shared/contract/prompts.ts'

/** Props of a question's dialog. */
export interface Asked<K extends OpenQuestion['kind']> {
  readonly question: Extract<OpenQuestion, { kind: K }>
  readonly answer: (value: Answer | null) => void
  readonly copy: (text: string) => void
}
