import type { OpenQuestion } from '../../../shared/contract/prompts.ts'

type Secrets = Extract<OpenQuestion, { kind: 'secrets' }>

/** A question worded by Hawser. */
export type HawserQuestion = Extract<Secrets, { readonly title: string }>

/** A question worded by a server. */
export type ServerQuestion = Exclude<Secrets, HawserQuestion>

/** True if a server worded the question. */
export function isFromServer(question: Secrets): question is ServerQuestion {
  return question.from.kind === 'server'
}

/** The dialog's text outside the frame, none of which comes from the server. */
export interface ServerQuestionWords {
  readonly title: string
  readonly description: string
  /** The labels of the fields, in order. */
  readonly labels: readonly string[]
}

/** The text around a server's question. It depends on the server and the number of prompts, never on the server's text. */
export function wordsAround({ from, prompts, again }: ServerQuestion): ServerQuestionWords {
  const { label, user, address, port, via } = from
  const host = address.includes(':') ? `[${address}]` : address
  const login = `${user}@${host}${port === 22 ? '' : `:${port}`}`
  const route = via.length === 0 ? '' : ` via ${via.join(', ')}`
  const server = label === address ? `the server${route}` : `the server ${label}${route}`
  const rejected = again ? 'The last answer was rejected. ' : ''
  return {
    title: `Prompt from ${login}`,
    description: `${rejected}The text in the frame is from ${server}. Your answers are sent to that server.`,
    labels: prompts.map((_prompt, index) =>
      prompts.length === 1 ? 'Answer' : `Answer ${index + 1} of ${prompts.length}`,
    ),
  }
}
