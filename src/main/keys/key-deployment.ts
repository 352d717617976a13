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
  'no-home': 'The home directory on the server can’t be opened, so the key was not added.',
  'no-folder': 'Couldn’t create ~/.ssh on the server. Check the permissions of the home directory.',
  'no-write': 'Couldn’t write ~/.ssh/authorized_keys on the server. Check its permissions and the free disk space.',
  changed: 'Another program changed authorized_keys at the same time. Try again.',
}

/** Adds public keys to servers and removes them, over the shared connection; tests an added key by signing in. */
export class KeyDeployment {
  readonly #parts: DeploymentParts

  constructor(parts: DeploymentParts) {
    this.#parts = parts
  }

  /**
   * Adds a key. `keyFile` is the key as a host's setting; null means that it can't be tested on its own. Errors: those
   * of signing in.
   */
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
      return { added, proved: false, problem: 'Only the agent has this key. Sign in once to test it.' }
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

  /** Signs in with this key only, on a separate connection that is closed at once. */
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
  const text = withWords(
    `Couldn’t change authorized_keys on ${where}.`,
    words,
    'Check ~/.ssh on the server in a terminal.',
  )
  return new AppError('server-refused', text)
}

function notUnderstood(): AppError {
  return new AppError('server-refused', '~/.ssh/authorized_keys was not received completely. Try again.')
}

function whyNot(error: unknown): string {
  if (error instanceof AppError && error.code === 'auth-failed')
    return 'The key is in authorized_keys, but the server doesn’t accept it. The home directory and ~/.ssh must not be writable by others; sshd may also use another AuthorizedKeysFile.'
  if (error instanceof AppError && error.code === 'cancelled')
    return 'It was not tested, because no passphrase was given. Sign in with it once to be sure.'
  return messageOf(error)
}
