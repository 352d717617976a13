import { createHash, createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'

import { z } from 'zod'

import { AppError, messageOf } from '../../shared/base/errors.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { writeAtomically } from '../storage/atomic-write.ts'
import { JsonFile, type ShowNotice } from '../storage/json-file.ts'
import { readRegularFile } from '../storage/regular-file.ts'

/** The commands that the user allows to run on this computer. */
export interface Consents {
  has(command: string): boolean
  add(command: string): Promise<void>
}

const digestText = z.string().regex(/^[0-9a-f]{64}$/)

/** The contents of consents.json version 1: plain SHA-256 hashes of commands, which can be guessed. */
const plainFile = z.strictObject({ commands: z.array(digestText).max(1000).default([]) })

/** The contents of consents.json: HMACs, since a command line may contain secrets. */
const consentFile = z.strictObject({ allowed: z.array(digestText).max(1000).default([]) })
type ConsentFile = z.output<typeof consentFile>

const keyBytes = 32

/** The allowed commands, across restarts: an HMAC-SHA-256 of each, with a random key in a separate file. */
export class ConsentStore implements Consents {
  readonly #file: JsonFile<ConsentFile>
  readonly #key: Buffer

  private constructor(file: JsonFile<ConsentFile>, key: Buffer) {
    this.#file = file
    this.#key = key
  }

  /**
   * Reads consents.json and consents.key in the data folder; creates the key, and converts the data of older versions.
   */
  static async open(folder: string, showNotice: ShowNotice): Promise<ConsentStore> {
    const key = await openKey(join(folder, 'consents.key'), showNotice)
    let isOld = false
    const keyed = (data: unknown): ConsentFile => {
      isOld = true
      return { allowed: plainFile.parse(data).commands.map(plain => hmac(key, plain)) }
    }
    const file = await JsonFile.open({
      path: join(folder, 'consents.json'),
      schema: consentFile,
      initial: consentFile.parse({}),
      migrations: [keyed],
      showNotice,
    })
    const store = new ConsentStore(file, key)
    if (isOld) await store.#rewrite()
    return store
  }

  /** Resolves once everything is on disk. */
  flush(): Promise<void> {
    return this.#file.flush()
  }

  has(command: string): boolean {
    return this.#file.value.allowed.includes(this.#digest(command))
  }

  async add(command: string): Promise<void> {
    if (this.has(command)) return
    await this.#file.save({ allowed: [...this.#file.value.allowed, this.#digest(command)].slice(-1000) })
  }

  #digest(command: string): string {
    return hmac(this.#key, createHash('sha256').update(command).digest('hex'))
  }

  /**
   * Written twice, since the backup copy would keep the plain hashes. If the disk refuses, the next start tries again.
   */
  async #rewrite(): Promise<void> {
    for (let times = 0; times < 2; times++) await this.#file.save(this.#file.value).catch(() => {})
  }
}

/** Asks once per command; an allowed command stays allowed, for exactly this command line. Errors: `cancelled`. */
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
  if (answer?.kind !== 'run')
    throw new AppError('cancelled', `The command was not allowed, so Hawser did not connect to ${label}.`)
  await consents.add(what.command)
}

/**
 * Reads the key from a file, or creates it. A key that can't be saved lasts until Hawser quits; the user is then asked
 * again.
 */
async function openKey(path: string, showNotice: ShowNotice): Promise<Buffer> {
  const found = await readRegularFile(path, keyBytes).catch(() => null)
  if (found?.data.length === keyBytes) return found.data
  const key = randomBytes(keyBytes)
  await writeAtomically(path, key).catch((error: unknown) => showNotice('warning', messageOf(error)))
  return key
}

function hmac(key: Buffer, plain: string): string {
  return createHmac('sha256', key).update(plain).digest('hex')
}
