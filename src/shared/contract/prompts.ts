import { z } from 'zod'

import type { ServerText } from '../base/server-text.ts'
import type { AskedBy } from './asked-by.ts'
import { call, event } from './define.ts'
import type { Place } from './files.ts'
import { secretText } from './text.ts'
import { conflictChoice } from './transfers.ts'

export const questionId = z.uuid().brand<'QuestionId'>()
export type QuestionId = z.infer<typeof questionId>

/** A host key as it is shown: its type and SHA256 fingerprint. */
export interface ShownKey {
  readonly type: string
  readonly fingerprint: string
}

/** One field of a question; `echo` false hides what is typed. */
export interface Prompt {
  readonly text: string
  readonly echo: boolean
}

/** The server that asks: enough of it to tell two servers at one address apart. */
export interface AskingServer {
  readonly kind: 'server'
  /** The saved host's name, or its address. */
  readonly label: string
  readonly user: string
  readonly address: string
  readonly port: number
  /** The jump hosts on the way, nearest first, as `user@address:port`. */
  readonly via: readonly string[]
}

/** One question of a server; `echo` false hides what is typed. */
export interface ServerPrompt {
  readonly text: ServerText
  readonly echo: boolean
}

/** What main may ask a person. A server's words are `ServerText` and have fields of their own: no title can be made of them. */
export type Question =
  | {
      readonly kind: 'new-key'
      readonly label: string
      readonly address: string
      /** The jump hosts on the way, nearest first. */
      readonly via: readonly string[]
      readonly key: ShownKey
      /** Other keys on file for this address, which may be those of another machine that is reached another way. */
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
  /** Hawser itself asks for secrets: a password, a passphrase. */
  | {
      readonly kind: 'secrets'
      readonly from: { readonly kind: 'hawser' }
      readonly title: string
      readonly text: string
      readonly prompts: readonly Prompt[]
      /** False where an answer must not be kept, such as a one-time code. */
      readonly remember: boolean
      /** The banner of the server that is signed in to. */
      readonly said?: ServerText
    }
  /** A server asks (keyboard-interactive, RFC 4256): the answers go to it as they are. */
  | {
      readonly kind: 'secrets'
      readonly from: AskingServer
      readonly name: ServerText
      readonly instruction: ServerText
      readonly prompts: readonly ServerPrompt[]
      /** True when the answers before these were turned down. */
      readonly again: boolean
      readonly remember: boolean
      readonly said?: ServerText
    }
  | { readonly kind: 'open-address'; readonly address: string }
  /** A command of the person's own config that would run on this computer; shown whole. */
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
      /** True when the target could be the beginning of the source. */
      readonly canResume: boolean
      /** True where the work that asks can be ended by the answer `stop`. */
      readonly canStop: boolean
    }

/** One of two files that want the same name. */
export interface ConflictSide {
  readonly place: Place
  readonly size: number
  readonly mtimeMs: number | null
}

/** A question that waits. One that the background asks never opens by itself. */
export type OpenQuestion = Question & { readonly id: QuestionId; readonly asker: AskedBy }

/** What a person may answer; `null` is Cancel. */
export const answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trust') }),
  z.strictObject({ kind: z.literal('replace-key') }),
  z.strictObject({ kind: z.literal('open') }),
  z.strictObject({ kind: z.literal('run') }),
  z.strictObject({ kind: z.literal('stop') }),
  z.strictObject({ kind: z.literal('conflict'), choice: conflictChoice, all: z.boolean() }),
  z.strictObject({ kind: z.literal('secrets'), secrets: z.array(secretText).max(32), remember: z.boolean() }),
])
export type Answer = Readonly<z.infer<typeof answer>>

/** The questions that wait for a person. */
export const prompts = {
  list: call(z.void()).returns<readonly OpenQuestion[]>(),
  answer: call(z.strictObject({ id: questionId, answer: answer.nullable() })).returns<void>(),
  onChanged: event<readonly OpenQuestion[]>(),
}
