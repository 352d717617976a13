import type { AnyAuthMethod, AuthHandlerMiddleware, Prompt as SshPrompt } from 'ssh2'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { serverLine, serverText } from '../../shared/base/server-text.ts'
import type { AskingServer, Question } from '../../shared/contract/prompts.ts'
import { applySpec } from '../ssh-config/algorithm-spec.ts'
import { passwordName } from '../storage/secret-names.ts'
import type { PlannedHop } from './connection-plan.ts'
import { isUnusable, KeyChoice } from './key-choice.ts'
import { addressOf, askNewPassword, RepeatedAnswer, type PasswordChange } from './password-change.ts'
import { asksForPassword } from './password-prompt.ts'
import type { SignInContext } from './sign-in-context.ts'
import { OneKeyAgent } from './signer.ts'

interface Outcome {
  readonly methods: readonly string[]
}

type KeyboardPrompt = [
  name: string,
  text: string,
  language: string,
  prompts: SshPrompt[],
  finish: (answers: string[]) => void,
]

type Attempts = AsyncGenerator<AnyAuthMethod, void, Outcome>

// OpenSSH's MaxAuthTries is 6: after at most 4 keys, a password can still be tried.
const maxKeysOffered = 4
const maxKeysOnly = 5
const maxRounds = 20

/**
 * One sign-in, in OpenSSH's order: none, keys, keyboard-interactive, password, in as many rounds as the server
 * requires.
 */
export class Authenticator {
  readonly #context: SignInContext
  readonly #attempts: Attempts
  readonly #keys: KeyChoice
  readonly #offered = new Set<string>()
  readonly #toRemember = new Map<string, string>()
  #partial = false
  #stepped = false
  #last = ''
  // A saved password is sent once per sign-in, whichever method asks for it.
  #keptUsed = false
  #sentPassword = ''
  #newPasswords = 0
  #keysOffered = 0
  /** The reason the sign-in was given up, if it was not only refused by the server. */
  failure: unknown
  /** The methods that the server last said can continue. */
  methods: readonly string[] = []
  readonly tried = new Set<string>()

  constructor(context: SignInContext) {
    this.#context = context
    this.#keys = new KeyChoice(context, (name, passphrase) => void this.#toRemember.set(name, passphrase))
    this.#attempts = this.#run()
  }

  /** ssh2 calls this for each attempt. */
  readonly handler: AuthHandlerMiddleware = (methods, partial, next) => {
    // After an attempt with an agent's key, ssh2 repeats the partial-success flag from before it.
    if (partial && this.#last !== 'agent') this.#partial = true
    if (methods !== null) this.methods = methods as unknown as string[]
    const give = (method: AnyAuthMethod | false) => {
      this.#last = method === false ? '' : method.type
      ;(next as (method: AnyAuthMethod | false) => void)(method)
    }
    this.#attempts.next({ methods: this.methods }).then(
      step => give(step.done === true ? false : step.value),
      (error: unknown) => {
        this.failure = error
        give(false)
      },
    )
  }

  /** Call this once the sign-in succeeded: only answers that worked are saved. */
  async rememberAnswers(): Promise<void> {
    for (const [name, secret] of this.#toRemember) await this.#context.secrets.set(name, secret)
  }

  /** The server wants a new password for the one just sent (RFC 4252, 8). Errors: `cancelled`, and those of `ask`. */
  async changePassword(): Promise<PasswordChange> {
    const name = passwordName(this.#context.hop)
    const old = this.#sentPassword
    const remembered = this.#toRemember.has(name) || this.#keptUsed
    const turnedDown = this.#newPasswords++ > 0
    const { password, remember } = await askNewPassword(this.#context, { turnedDown, remember: remembered })
    if (remember) this.#toRemember.set(name, password)
    return { old, changed: password }
  }

  async *#run(): Attempts {
    const username = this.#context.hop.user
    // A host with its own key is offered that key at once: starting with "none" would cost a round trip.
    if (this.#context.hop.options.methods.includes('publickey') && (await this.#keys.own()).length > 0) {
      yield* this.#offerKeys()
    } else {
      yield { type: 'none', username }
    }
    if (this.methods.length === 0) yield { type: 'none', username }
    // Each turn completes one step of the sign-in; a turn without progress ends it.
    for (let step = 0; step < maxRounds; step++) {
      this.#partial = false
      for (const method of this.#context.hop.options.methods) {
        if (!this.methods.includes(method) || this.#partial || !this.#wants(method)) continue
        if (method === 'publickey') yield* this.#offerKeys()
        else if (method === 'password') yield* this.#sendPassword()
        else yield* this.#answerQuestions()
      }
      if (!this.#partial) return
    }
  }

  #wants(method: 'publickey' | 'keyboard-interactive' | 'password'): boolean {
    const { signIn, options } = this.#context.hop
    if (!options.methods.includes(method)) return false
    // A server that requires a second factor after the key gets it, whatever method the host prefers.
    if (signIn === 'ask' || this.#stepped) return true
    return (method === 'publickey') === (signIn === 'key' || signIn === 'agent')
  }

  async *#offerKeys(): Attempts {
    for await (const { signer, optional } of this.#keys.offered()) {
      const id = signer.blob.toString('base64')
      if (!isAccepted(signer.type, this.#context.hop.options.algorithms.publicKeys)) continue
      if (this.#offered.has(id) || this.#keysOffered >= this.#mostKeys) continue
      this.#offered.add(id)
      this.#keysOffered++
      this.tried.add('publickey')
      const agent = new OneKeyAgent(signer, { weak: takesSha1(this.#context.hop) })
      yield { type: 'agent', username: this.#context.hop.user, agent } as AnyAuthMethod
      if (agent.failure !== undefined) {
        // A broken key that the user didn't choose must not stop a sign-in that can continue another way.
        if (!(optional && isUnusable(agent.failure))) throw agent.failure
      } else if (agent.asked) {
        // The signature was accepted but is not sufficient: ssh2 doesn't report the remaining methods, so ask with
        // "none".
        yield { type: 'none', username: this.#context.hop.user }
        this.#keysOffered = 0
        this.#partial = this.#stepped = true
        return
      }
    }
  }

  /** The number of keys to offer so that a password can still be tried afterwards. */
  get #mostKeys(): number {
    const { signIn, options } = this.#context.hop
    // All keys named in a config are tried.
    if (options.identitiesOnly) return Math.max(maxKeysOnly, options.identityFiles.length)
    return signIn === 'ask' ? maxKeysOffered : maxKeysOnly
  }

  async *#answerQuestions(): Attempts {
    this.tried.add('keyboard-interactive')
    const { passwordPrompts } = this.#context.hop.options
    for (let tries = 0; tries < passwordPrompts && !this.#partial; tries++) {
      let asked = 0
      let failed: unknown
      const repeated = new RepeatedAnswer()
      const prompt = (...[name, text, , prompts, finish]: KeyboardPrompt) => {
        if (++asked > maxRounds) failed ??= new AppError('auth-failed', 'The server sent too many prompts.')
        if (failed !== undefined) return this.#context.giveUp(failed)
        this.#answerOne({ name, text, prompts, first: asked === 1, again: tries > 0, repeated }).then(
          finish,
          (error: unknown) => {
            failed = error
            // No reply at all: OpenSSH treats a wrong number of responses as an attack.
            this.#context.giveUp(error)
          },
        )
      }
      yield { type: 'keyboard-interactive', username: this.#context.hop.user, prompt: prompt as never }
      if (failed !== undefined) throw failed
      if (this.#partial) this.#stepped = true
      // The server sent no prompts, so it offers the method in name only.
      if (asked === 0) return
      if (!this.methods.includes('keyboard-interactive')) return
    }
  }

  async #answerOne(round: {
    name: string
    text: string
    prompts: SshPrompt[]
    first: boolean
    again: boolean
    repeated: RepeatedAnswer
  }): Promise<string[]> {
    const { hop, secrets, ask } = this.#context
    const prompts = round.prompts
      .slice(0, 32)
      .map(({ prompt, echo }) => ({ text: serverLine(prompt, 256), echo: echo === true }))
    const [only] = prompts
    const nothingGiven = round.first && !this.#stepped
    const isPassword =
      prompts.length === 1 && only?.echo === false && asksForPassword(only.text.fromServer, nothingGiven)
    const kept = isPassword && round.first && !this.#keptUsed ? await secrets.get(passwordName(hop)) : null
    if (kept !== null) {
      this.#keptUsed = true
      round.repeated.add(only?.text.fromServer ?? '', kept)
      return [kept]
    }
    const refused = isPassword && this.#keptUsed
    const answer = await ask(
      {
        kind: 'secrets',
        from: asking(hop),
        name: serverLine(round.name, 128),
        instruction: serverText(round.text, 1024),
        prompts,
        again: round.again,
        remember: isPassword,
      },
      refused,
    )
    if (answer?.kind !== 'secrets') throw cancelled()
    const answers = prompts.map((_prompt, index) => answer.secrets[index] ?? '')
    const wanted = answer.remember || (!round.first && this.#toRemember.has(passwordName(hop)))
    if (isPassword && wanted) this.#toRemember.set(passwordName(hop), answers[0] ?? '')
    else if (isPassword) this.#toRemember.delete(passwordName(hop))
    for (const [index, { text, echo }] of prompts.entries()) {
      const given = answers[index] ?? ''
      if (echo || !round.repeated.add(text.fromServer, given)) continue
      if (this.#toRemember.has(passwordName(hop)) || this.#keptUsed) this.#toRemember.set(passwordName(hop), given)
    }
    return answers
  }

  async *#sendPassword(): Attempts {
    const { hop, secrets, ask } = this.#context
    const username = hop.user
    this.tried.add('password')
    let text = ''
    const kept = this.#keptUsed ? null : await secrets.get(passwordName(hop))
    if (kept !== null) {
      this.#keptUsed = true
      this.#sentPassword = kept
      yield { type: 'password', username, password: kept }
      if (this.#partial) return void (this.#stepped = true)
      text = 'The saved password was not accepted.'
    }
    const { passwordPrompts } = hop.options
    for (let tries = 0; tries < passwordPrompts && this.methods.includes('password'); tries++) {
      const prompts = [{ text: 'Password', echo: false }]
      const from = { kind: 'hawser' } as const
      const question: Question = {
        kind: 'secrets',
        from,
        title: `Password for ${addressOf(hop)}`,
        text,
        prompts,
        remember: true,
      }
      const answer = await ask(question, kept !== null)
      if (answer?.kind !== 'secrets') throw cancelled()
      const password = answer.secrets[0] ?? ''
      if (answer.remember) this.#toRemember.set(passwordName(hop), password)
      else this.#toRemember.delete(passwordName(hop))
      this.#sentPassword = password
      yield { type: 'password', username, password }
      if (this.#partial) return void (this.#stepped = true)
      text = 'Incorrect password.'
    }
    this.#toRemember.delete(passwordName(hop))
  }
}

/** True if the host or its config allows RSA signatures with SHA-1. */
function takesSha1({ weakAlgorithms, options }: PlannedHop): boolean {
  return weakAlgorithms || /(^|[+^,])ssh-rsa(,|$)/.test(options.algorithms.publicKeys ?? '')
}

/** Applies PubkeyAcceptedAlgorithms of ssh_config(5). */
function isAccepted(type: string, spec: string | null): boolean {
  const names = type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type]
  return applySpec(spec, names).some(name => names.includes(name))
}

function asking({ label, user, address, port, via }: PlannedHop): AskingServer {
  return { kind: 'server', label, user, address, port, via }
}
