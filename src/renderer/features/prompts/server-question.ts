import type { OpenQuestion } from '../../../shared/contract/prompts.ts'

type Secrets = Extract<OpenQuestion, { kind: 'secrets' }>

/** Hawser's own question for secrets. */
export type HawserQuestion = Extract<Secrets, { readonly title: string }>

/** A server's question, which Hawser only passes on. */
export type ServerQuestion = Exclude<Secrets, HawserQuestion>

/** True when a server asks, in its own words. */
export function isFromServer(question: Secrets): question is ServerQuestion {
  return question.from.kind === 'server'
}

/** What the dialog of a server's question says outside of the frame: none of it is the server's. */
export interface ServerQuestionWords {
  readonly title: string
  readonly description: string
  /** The names of the fields, in order. */
  readonly labels: readonly string[]
}

/** The words around a server's question. They depend on the server and on the number of prompts, never on what it says. */
export function wordsAround({ from, prompts, again }: ServerQuestion): ServerQuestionWords {
  const { label, user, address, port, via } = from
  const host = address.includes(':') ? `[${address}]` : address
  const login = `${user}@${host}${port === 22 ? '' : `:${port}`}`
  const way = via.length === 0 ? '' : ` through ${via.join(', ')}`
  const who = label === address ? `The server${way}` : `The server ${label}${way}`
  const refused = again ? 'It did not accept the last answer. ' : ''
  return {
    title: `${login} asks:`,
    description: `${refused}${who} wrote the text in the frame, and your answers go to that server.`,
    labels: prompts.map((_prompt, index) =>
      prompts.length === 1 ? 'Answer' : `Answer ${index + 1} of ${prompts.length}`,
    ),
  }
}
