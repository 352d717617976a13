import { z } from 'zod'

import type { ServerText } from '../base/server-text.ts'
import type { AskedBy } from './asked-by.ts'
import { call, event } from './define.ts'
import type { Place } from './files.ts'
import { secretText } from './text.ts'
import { conflictChoice } from './transfers.ts'

const questionId = z.uuid().brand<'QuestionId'>()
export type QuestionId = z.infer<typeof questionId>

/** A host key for display: its type and SHA256 fingerprint. */
export interface ShownKey {
  readonly type: string
  readonly fingerprint: string
}

/** One field of a question; `echo` false hides the input. */
export interface Prompt {
  readonly text: string
  readonly echo: boolean
}

/** The server that asks, with enough to distinguish two servers at one address. */
export interface AskingServer {
  readonly kind: 'server'
  /** The saved host's name, or its address. */
  readonly label: string
  readonly user: string
  readonly address: string
  readonly port: number
  /** The jump hosts before it, nearest first, as `user@address:port`. */
  readonly via: readonly string[]
}

/** One prompt of a server; `echo` false hides the input. */
export interface ServerPrompt {
  readonly text: ServerText
  readonly echo: boolean
}

/**
 * The questions of the main process. A server's text is `ServerText` with its own fields, so it can't become a title.
 */
export type Question =
  | {
      readonly kind: 'new-key'
      readonly label: string
      readonly address: string
      /** The jump hosts before it, nearest first. */
      readonly via: readonly string[]
      readonly key: ShownKey
      /** Other stored keys for this address, which may belong to another machine reached through another route. */
      readonly elsewhere: readonly ShownKey[]
    }
  | {
      readonly kind: 'changed-key'
      readonly label: string
      readonly address: string
      readonly offered: ShownKey
      readonly known: readonly ShownKey[]
      readonly place: string
      readonly revoked: boolean
    }
  /** Hawser itself asks for secrets: a password or passphrase. */
  | {
      readonly kind: 'secrets'
      readonly from: { readonly kind: 'hawser' }
      readonly title: string
      readonly text: string
      readonly prompts: readonly Prompt[]
      /** False if an answer must not be saved, such as a one-time code. */
      readonly remember: boolean
      /** The banner of the server being signed in to. */
      readonly said?: ServerText
    }
  /** A server's prompts (keyboard-interactive, RFC 4256): the answers are sent to it unchanged. */
  | {
      readonly kind: 'secrets'
      readonly from: AskingServer
      readonly name: ServerText
      readonly instruction: ServerText
      readonly prompts: readonly ServerPrompt[]
      /** True if the previous answers were rejected. */
      readonly again: boolean
      readonly remember: boolean
      readonly said?: ServerText
    }
  | { readonly kind: 'open-address'; readonly address: string }
  /** A command from the user's own config to run on this computer, shown in full. */
  | {
      readonly kind: 'run-command'
      readonly label: string
      readonly command: string
      /** `file:line`. */
      readonly place: string
      readonly reason: 'proxy-command' | 'match-exec'
    }
  | {
      readonly kind: 'conflict'
      readonly name: string
      readonly folder: string
      readonly source: ConflictSide
      readonly target: ConflictSide
      /** True if the target may be the beginning of the source. */
      readonly canResume: boolean
      /** True where the work that asks can be ended by the answer `stop`. */
      readonly canStop: boolean
    }

/** One of two files with the same name. */
export interface ConflictSide {
  readonly place: Place
  readonly size: number
  readonly mtimeMs: number | null
}

/** An open question. One asked by background work never opens automatically. */
export type OpenQuestion = Question & { readonly id: QuestionId; readonly asker: AskedBy }

/** The user's answer; `null` is Cancel. */
const answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trust') }),
  z.strictObject({ kind: z.literal('replace-key') }),
  z.strictObject({ kind: z.literal('open') }),
  z.strictObject({ kind: z.literal('run') }),
  z.strictObject({ kind: z.literal('stop') }),
  z.strictObject({ kind: z.literal('conflict'), choice: conflictChoice, all: z.boolean() }),
  z.strictObject({ kind: z.literal('secrets'), secrets: z.array(secretText).max(32), remember: z.boolean() }),
])
export type Answer = Readonly<z.infer<typeof answer>>

/** The questions waiting for the user. */
export const prompts = {
  list: call(z.void()).returns<readonly OpenQuestion[]>(),
  answer: call(z.strictObject({ id: questionId, answer: answer.nullable() })).returns<void>(),
  onChanged: event<readonly OpenQuestion[]>(),
}
