import { randomUUID } from 'node:crypto'

import { AppError, messageOf } from '../../shared/base/errors.ts'
import type { PutResult } from '../../shared/contract/keys.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Connection } from '../ssh/connection.ts'
import { targetHop, withTargetHop, type ConnectionPlan } from '../ssh/connection-plan.ts'
import type { Lease, LeaseOptions } from '../ssh/connection-pool.ts'
import type { Connections } from '../ssh/connections.ts'
import { needScripts, runScript } from '../ssh/run-script.ts'
import type { Script } from '../ssh/script.ts'
import { withWords, type ServerWords } from '../ssh/server-words.ts'
import { encodeLines, putScript, readAnswer, readScript, replaceScript, withoutKey } from './authorized-keys.ts'

export type DeploymentParts = Pick<Connections, 'prepare' | 'pool'>

const scriptMs = 30_000
const refusals: Readonly<Record<string, string>> = {
  'no-home': 'The home folder over there can’t be opened, so the key was not put there.',
  'no-folder': 'The folder ~/.ssh can’t be made over there. Check the permissions of the home folder.',
  'no-write': '~/.ssh/authorized_keys can’t be written over there. Check its permissions and the disk.',
  changed: 'authorized_keys was changed by somebody else meanwhile. Try again.',
}

/** Puts public keys on servers and takes them off, over the shared connection; proves what was put by signing in. */
export class KeyDeployment {
  readonly #parts: DeploymentParts

  constructor(parts: DeploymentParts) {
    this.#parts = parts
  }

  /** `keyFile` is the key as a host's setting; null can't be proved by itself. Throws what signing in throws. */
  async put(
    target: Target,
    { line, keyFile }: { readonly line: string; readonly keyFile: string | null },
    signal: AbortSignal,
  ): Promise<PutResult> {
    const plan = await this.#parts.prepare(target, optionsFor(signal))
    const lease = await this.#parts.pool.lease(plan, optionsFor(signal))
    let word: string
    try {
      word = this.#checked(await this.#run(lease, { script: putScript(line) }, signal)).word
    } finally {
      lease.dispose()
    }
    const added = word === 'added'
    if (keyFile === null)
      return { added, proved: false, problem: 'Only the agent has this key: sign in once to see it work.' }
    try {
      await this.#prove(plan, keyFile, signal)
      return { added, proved: true, problem: null }
    } catch (error) {
      return { added, proved: false, problem: whyNot(error) }
    }
  }

  async takeOff(target: Target, blob: Uint8Array, signal: AbortSignal): Promise<number> {
    const plan = await this.#parts.prepare(target, optionsFor(signal))
    const lease = await this.#parts.pool.lease(plan, optionsFor(signal))
    try {
      const answer = this.#checked(await this.#run(lease, { script: readScript }, signal))
      if (answer.word === 'none') return 0
      const [checksum = '', ...encoded] = answer.rest.split('\n')
      if (!/^\d+ \d+$/.test(checksum)) throw notUnderstood()
      const before = Buffer.from(encoded.join(''), 'base64')
      if (before.length !== Number(checksum.split(' ')[1])) throw notUnderstood()
      const { file, gone } = withoutKey(before, blob)
      if (gone === 0) return 0
      this.#checked(
        await this.#run(lease, { script: replaceScript(checksum, file.length), input: encodeLines(file) }, signal),
      )
      return gone
    } finally {
      lease.dispose()
    }
  }

  /** Signs in anew with this key and no other way, on a connection of its own that is closed at once. */
  async #prove(plan: ConnectionPlan, keyFile: string, signal: AbortSignal): Promise<void> {
    const hop = targetHop(plan)
    const options = { ...hop.options, identityFiles: [], identitiesOnly: false }
    const proof = { signIn: 'key', keyFile, options, key: `${hop.key} proof ${randomUUID()}` } as const
    const lease = await this.#parts.pool.lease(withTargetHop(plan, proof), optionsFor(signal))
    lease.connection.dispose()
    lease.dispose()
  }

  async #run(
    lease: Lease<Connection>,
    { script, input }: { readonly script: Script; readonly input?: Uint8Array },
    signal: AbortSignal,
  ): Promise<string> {
    await needScripts(lease.connection, signal)
    const { output, errors, code } = await runScript(lease.connection, script, {
      signal,
      timeoutMs: scriptMs,
      ...(input && { input }),
    })
    const printed = output.toString('latin1')
    if (!readAnswer(printed)) throw noAnswer(lease.connection.where, { output: '', errors, code })
    return printed
  }

  #checked(output: string): { word: string; rest: string } {
    const answer = readAnswer(output)
    if (!answer) throw notUnderstood()
    const refusal = refusals[answer.word]
    if (refusal !== undefined) throw new AppError('no-permission', refusal)
    return answer
  }
}

function optionsFor(signal: AbortSignal): LeaseOptions {
  return { onStep: () => {}, signal }
}

function noAnswer(where: string, words: ServerWords): AppError {
  const text = withWords(`The change of keys on ${where} failed.`, words, 'Look at ~/.ssh there in a terminal.')
  return new AppError('server-refused', text)
}

function notUnderstood(): AppError {
  return new AppError('server-refused', 'What came of ~/.ssh/authorized_keys was not whole. Try again.')
}

function whyNot(error: unknown): string {
  if (error instanceof AppError && error.code === 'auth-failed')
    return 'The key is in authorized_keys, but the server does not take it. Its home and ~/.ssh must not be writable by others, and sshd may keep keys elsewhere (AuthorizedKeysFile).'
  if (error instanceof AppError && error.code === 'cancelled')
    return 'It was not tested, because its passphrase was not given. Sign in with it once to be sure.'
  return messageOf(error)
}
