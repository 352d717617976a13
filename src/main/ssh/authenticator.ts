import type { AnyAuthMethod, AuthHandlerMiddleware, Prompt as SshPrompt } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import { serverLine, serverText } from '../../shared/base/server-text.ts'
import type { Answer, AskingServer, Question } from '../../shared/contract/prompts.ts'
import { applySpec } from '../ssh-config/algorithm-spec.ts'
import { filePassphraseName, passwordName, pastedKeyName, storedPassphraseName } from '../storage/secret-names.ts'
import type { PlannedHop } from './connection-plan.ts'
import { keyName, type KeyRing, type KeySource, type PassphraseSource } from './key-ring.ts'
import { OneKeyAgent, type Signer } from './signer.ts'

/** Where remembered secrets are; `get` gives null while the vault is locked. */
export interface SecretStore {
  /** True while there is a vault that can't be read. */
  readonly locked: boolean
  get(name: string): Promise<string | null>
  set(name: string, secret: string | null): Promise<void>
}

export interface SignInContext {
  readonly hop: PlannedHop
  readonly secrets: SecretStore
  readonly keys: KeyRing
  /** The keys of an agent by its socket; null is the usual one, `none` has none. */
  readonly agent: (socket: string | null) => Promise<readonly Signer[]>
  /**
   * Asks a person; the attempt's deadline is paused until the answer. `refused` says that the remembered secret was just
   * turned down. Null is Cancel. Errors: `needs-answer`, or `auth-failed` when `refused`, where nobody may be asked.
   */
  readonly ask: (question: Question, refused?: boolean) => Promise<Answer | null>
  /** Ends the attempt at once, where the server would take any reply amiss. */
  readonly giveUp: (error: unknown) => void
}

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

// OpenSSH's MaxAuthTries is 6: with at most 4 keys offered, a password still fits.
const maxKeysOffered = 4
const maxKeysOnly = 5
const maxRounds = 20

/** One sign-in, in OpenSSH's order: none, keys, keyboard-interactive, password, over as many rounds as the server wants. */
export class Authenticator {
  readonly #context: SignInContext
  readonly #attempts: Attempts
  readonly #offered = new Set<string>()
  readonly #toRemember = new Map<string, string>()
  #partial = false
  #stepped = false
  #last = ''
  // A remembered password is sent once per sign-in, whichever method asks for it.
  #keptUsed = false
  #keysOffered = 0
  /** Why the sign-in gave up, when it was not the server's refusal alone. */
  failure: unknown
  /** The methods that the server took last time it said. */
  methods: readonly string[] = []
  readonly tried = new Set<string>()

  constructor(context: SignInContext) {
    this.#context = context
    this.#attempts = this.#run()
  }

  /** What ssh2 calls for each next attempt. */
  readonly handler: AuthHandlerMiddleware = (methods, partial, next) => {
    // After an agent's key ssh2 repeats what it knew before it.
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

  /** Call it once the server said yes: only answers that worked are kept. */
  async rememberAnswers(): Promise<void> {
    for (const [name, secret] of this.#toRemember) await this.#context.secrets.set(name, secret)
  }

  async *#run(): Attempts {
    const username = this.#context.hop.user
    // A host with a key of its own is offered it at once: asking with "none" first would cost a round trip.
    if (this.#context.hop.options.methods.includes('publickey') && (await this.#ownSources()).length > 0) {
      yield* this.#offerKeys()
    } else {
      yield { type: 'none', username }
    }
    if (this.methods.length === 0) yield { type: 'none', username }
    // Each turn signs in one step further; a turn that gets no further ends it.
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
    // A server that wants a second factor after the key gets it, whatever was chosen.
    if (signIn === 'ask' || this.#stepped) return true
    return (method === 'publickey') === (signIn === 'key' || signIn === 'agent')
  }

  async *#offerKeys(): Attempts {
    for await (const { signer, optional } of this.#signers()) {
      const id = signer.blob.toString('base64')
      if (!isAccepted(signer.type, this.#context.hop.options.algorithms.publicKeys)) continue
      if (this.#offered.has(id) || this.#keysOffered >= this.#mostKeys) continue
      this.#offered.add(id)
      this.#keysOffered++
      this.tried.add('publickey')
      const agent = new OneKeyAgent(signer, { weak: takesSha1(this.#context.hop) })
      yield { type: 'agent', username: this.#context.hop.user, agent } as AnyAuthMethod
      if (agent.failure !== undefined) {
        // A key nobody chose must not stop a sign-in that another way completes.
        if (!(optional && isUnusable(agent.failure))) throw agent.failure
      } else if (agent.asked) {
        // A good signature that is not enough: ssh2 does not pass on what else is wanted, so ask with "none".
        yield { type: 'none', username: this.#context.hop.user }
        this.#keysOffered = 0
        this.#partial = this.#stepped = true
        return
      }
    }
  }

  /** A password still fits where one may follow. */
  get #mostKeys(): number {
    const { signIn, options } = this.#context.hop
    // What a config names is meant to be tried, all of it.
    if (options.identitiesOnly) return Math.max(maxKeysOnly, options.identityFiles.length)
    return signIn === 'ask' ? maxKeysOffered : maxKeysOnly
  }

  async *#signers(): AsyncGenerator<{ signer: Signer; optional: boolean }> {
    const { hop, keys } = this.#context
    const inAgent = hop.signIn === 'key' ? [] : await this.#context.agent(hop.options.agent)
    const { identityFiles, identitiesOnly, noKeyFiles } = hop.options
    if (identityFiles.length > 0 || identitiesOnly || noKeyFiles) {
      yield* this.#configured(inAgent)
      return
    }
    const own = await this.#ownSources()
    for (const source of own) {
      const signer = await keys.signer(source, this.#passphrases(source))
      if (!signer) throw missing(source)
      yield { signer, optional: false }
    }
    const defaults = await keys.publicHalves()
    // Those that also lie in the .ssh folder first: they are the person's own.
    const isDefault = (signer: Signer) => defaults.some(blob => blob.equals(signer.blob))
    const ordered = [...inAgent.filter(isDefault), ...inAgent.filter(signer => !isDefault(signer))]
    for (const signer of ordered) yield { signer, optional: true }
    if (hop.signIn === 'agent' || (hop.signIn === 'key' && own.length > 0)) return
    let found = false
    for (const source of keys.defaults()) {
      const signer = await keys.signer(source, this.#passphrases(source)).catch(orSkip)
      if (signer) yield { signer, optional: hop.signIn === 'ask' }
      found ||= signer !== null
    }
    if (hop.signIn === 'key' && !found) throw noKey()
  }

  /**
   * The keys that a config names, in OpenSSH's order: those that lie in the agent, the agent's others unless
   * IdentitiesOnly forbids it, then the files. A file that is not there is passed over.
   */
  async *#configured(inAgent: readonly Signer[]): AsyncGenerator<{ signer: Signer; optional: boolean }> {
    const { hop, keys } = this.#context
    const { identityFiles, identitiesOnly, noKeyFiles } = hop.options
    const named = identityFiles.map((path): KeySource => ({ kind: 'file', path: keys.resolve(path) }))
    const sources = [
      ...(hop.keyFile === null ? [] : [await keys.source(hop.keyFile)]),
      ...(named.length > 0 ? named : noKeyFiles ? [] : keys.defaults()),
    ]
    const halves = await Promise.all(sources.map(source => keys.publicHalf(source)))
    const taken = new Set<Signer>()
    for (const half of halves) {
      const signer = half && inAgent.find(each => each.blob.equals(half))
      if (signer && !taken.has(signer)) yield { signer, optional: true }
      if (signer) taken.add(signer)
    }
    if (!identitiesOnly) for (const signer of inAgent) if (!taken.has(signer)) yield { signer, optional: true }
    for (const source of sources) {
      const signer = await keys.signer(source, this.#passphrases(source)).catch(orSkip)
      if (signer) yield { signer, optional: true }
    }
  }

  async #ownSources(): Promise<readonly KeySource[]> {
    const { hop, keys, secrets } = this.#context
    if (hop.signIn === 'agent' || hop.signIn === 'password') return []
    const own: KeySource[] = hop.keyFile === null ? [] : [await keys.source(hop.keyFile)]
    if (hop.hostId !== null && hop.keyFile === null) {
      const name = pastedKeyName(hop.hostId)
      const text = await secrets.get(name)
      if (text !== null) own.push({ kind: 'text', id: name, text })
    }
    if (own.length === 0 && hop.signIn === 'key' && secrets.locked) throw vaultLocked()
    return own
  }

  async *#answerQuestions(): Attempts {
    this.tried.add('keyboard-interactive')
    const { passwordPrompts } = this.#context.hop.options
    for (let tries = 0; tries < passwordPrompts && !this.#partial; tries++) {
      let asked = 0
      let failed: unknown
      const prompt = (...[name, text, , prompts, finish]: KeyboardPrompt) => {
        if (++asked > maxRounds) failed ??= new AppError('auth-failed', 'The server asks questions without end.')
        if (failed !== undefined) return this.#context.giveUp(failed)
        this.#answerOne({ name, text, prompts, first: asked === 1, again: tries > 0 }).then(
          finish,
          (error: unknown) => {
            failed = error
            // Not even an empty answer: OpenSSH takes a wrong number of them for an attack.
            this.#context.giveUp(error)
          },
        )
      }
      yield { type: 'keyboard-interactive', username: this.#context.hop.user, prompt: prompt as never }
      if (failed !== undefined) throw failed
      if (this.#partial) this.#stepped = true
      // No question was asked: the method is there in name only.
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
  }): Promise<string[]> {
    const { hop, secrets, ask } = this.#context
    const prompts = round.prompts
      .slice(0, 32)
      .map(({ prompt, echo }) => ({ text: serverLine(prompt, 256), echo: echo === true }))
    const [only] = prompts
    const isPassword = prompts.length === 1 && only?.echo === false && asksForPassword(only.text.fromServer)
    const kept = isPassword && round.first && !this.#keptUsed ? await secrets.get(passwordName(hop)) : null
    if (kept !== null) {
      this.#keptUsed = true
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
    if (answer?.kind !== 'secrets') throw new AppError('cancelled', 'Cancelled')
    if (isPassword && answer.remember) this.#toRemember.set(passwordName(hop), answer.secrets[0] ?? '')
    else if (isPassword) this.#toRemember.delete(passwordName(hop))
    return prompts.map((_prompt, index) => answer.secrets[index] ?? '')
  }

  async *#sendPassword(): Attempts {
    const { hop, secrets, ask } = this.#context
    const username = hop.user
    this.tried.add('password')
    let text = ''
    const kept = this.#keptUsed ? null : await secrets.get(passwordName(hop))
    if (kept !== null) {
      this.#keptUsed = true
      yield { type: 'password', username, password: kept }
      if (this.#partial) return void (this.#stepped = true)
      text = 'The remembered password was not accepted.'
    }
    const { passwordPrompts } = hop.options
    for (let tries = 0; tries < passwordPrompts && this.methods.includes('password'); tries++) {
      const prompts = [{ text: 'Password', echo: false }]
      const from = { kind: 'hawser' } as const
      const question: Question = { kind: 'secrets', from, title: passwordTitle(hop), text, prompts, remember: true }
      const answer = await ask(question, kept !== null)
      if (answer?.kind !== 'secrets') throw new AppError('cancelled', 'Cancelled')
      const password = answer.secrets[0] ?? ''
      if (answer.remember) this.#toRemember.set(passwordName(hop), password)
      else this.#toRemember.delete(passwordName(hop))
      yield { type: 'password', username, password }
      if (this.#partial) return void (this.#stepped = true)
      text = 'That password was not accepted.'
    }
    this.#toRemember.delete(passwordName(hop))
  }

  #passphrases(source: KeySource): PassphraseSource {
    const { secrets, ask } = this.#context
    const name = source.kind === 'file' ? filePassphraseName(source.path) : storedPassphraseName(source.id)
    return {
      remembered: () => secrets.get(name),
      ask: async wrong => {
        const text = wrong ? 'That passphrase does not open the key.' : source.kind === 'file' ? source.path : ''
        const prompts = [{ text: 'Passphrase', echo: false }]
        const answer = await ask({
          kind: 'secrets',
          from: { kind: 'hawser' },
          title: `Passphrase for ${keyName(source)}`,
          text,
          prompts,
          remember: true,
        })
        return answer?.kind === 'secrets' ? { passphrase: answer.secrets[0] ?? '', remember: answer.remember } : null
      },
      keep: passphrase => void this.#toRemember.set(name, passphrase),
    }
  }
}

/** RSA with SHA-1, where the host or its config says so. */
function takesSha1({ weakAlgorithms, options }: PlannedHop): boolean {
  return weakAlgorithms || /(^|[+^,])ssh-rsa(,|$)/.test(options.algorithms.publicKeys ?? '')
}

/** PubkeyAcceptedAlgorithms of ssh_config(5). */
function isAccepted(type: string, spec: string | null): boolean {
  const names = type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type]
  return applySpec(spec, names).some(name => names.includes(name))
}

function asking({ label, user, address, port, via }: PlannedHop): AskingServer {
  return { kind: 'server', label, user, address, port, via }
}

function passwordTitle(hop: PlannedHop): string {
  // Two servers on one address, or one address behind two jump hosts, can be told apart.
  const port = hop.port === 22 ? '' : `:${hop.port}`
  const way = hop.via.length === 0 ? '' : ` via ${hop.via.join(', ')}`
  return `Password for ${hop.user}@${hop.address}${port}${way}`
}

function missing(source: KeySource): AppError {
  const path = source.kind === 'file' ? source.path : keyName(source)
  return new AppError('key-unusable', `The key file ${path} does not exist. Choose another one for this host.`)
}

function noKey(): AppError {
  return new AppError(
    'key-unusable',
    'There is no key in the .ssh folder. Choose a key file for this host, or make one with ssh-keygen.',
  )
}

function vaultLocked(): AppError {
  return new AppError(
    'vault-locked',
    'The key of this host may be in the vault, which is locked. Unlock it in Settings, Security.',
  )
}

// A one-time code is neither remembered nor answered with a remembered password.
function asksForPassword(prompt: string): boolean {
  return /password/i.test(prompt) && !/one[- ]?time|otp|token|code|\bpin\b|verification/i.test(prompt)
}

function isUnusable(error: unknown): boolean {
  return error instanceof AppError ? error.code === 'key-unusable' : true
}

function orSkip(error: unknown): null {
  if (isUnusable(error)) return null
  throw error
}
