import { createHash } from 'node:crypto'

import { z } from 'zod'

import { AppError } from '../../shared/base/errors.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import type { JsonFile } from '../storage/json-file.ts'

/** Which commands a person has allowed to be run on this computer. */
export interface Consents {
  has(command: string): boolean
  add(command: string): Promise<void>
}

/** What is kept in consents.json: a SHA-256 of each command, as a command line may hold what nobody else should read. */
export const consentFile = z.strictObject({ commands: z.array(z.string().length(64)).max(1000).default([]) })
export type ConsentFile = z.output<typeof consentFile>

/** The commands that were allowed, over all runs. */
export class ConsentStore implements Consents {
  readonly #file: JsonFile<ConsentFile>

  constructor(file: JsonFile<ConsentFile>) {
    this.#file = file
  }

  has(command: string): boolean {
    return this.#file.value.commands.includes(digest(command))
  }

  async add(command: string): Promise<void> {
    if (this.has(command)) return
    await this.#file.save({ commands: [...this.#file.value.commands, digest(command)].slice(-1000) })
  }
}

/** Asks once for each command; what was allowed stays so, for this very command only. Throws `cancelled`. */
export async function allowCommand(
  context: {
    readonly label: string
    readonly consents: Consents
    readonly ask: (question: Question) => Promise<Answer | null>
  },
  what: { readonly command: string; readonly place: string; readonly reason: 'proxy-command' | 'match-exec' },
): Promise<void> {
  const { label, consents, ask } = context
  if (consents.has(what.command)) return
  const answer = await ask({ kind: 'run-command', label, ...what })
  if (answer?.kind !== 'run') throw new AppError('cancelled', `The command was not run, so ${label} was not dialled.`)
  await consents.add(what.command)
}

function digest(command: string): string {
  return createHash('sha256').update(command).digest('hex')
}
