import type { Duplex } from 'node:stream'

import { Client } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import { DisposableStore, toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { serverText, type ServerText } from '../../shared/base/server-text.ts'
import type { Question, ShownKey } from '../../shared/contract/prompts.ts'
import type { Asker } from '../prompts/asker.ts'
import type { Prompter } from '../prompts/prompter.ts'
import type { Consents } from '../ssh-config/consents.ts'
import { algorithmsFor, weakAmong, type Offer } from './algorithms.ts'
import { Banner } from './banner.ts'
import { Authenticator } from './authenticator.ts'
import { Connection } from './connection.ts'
import type { PlannedHop } from './connection-plan.ts'
import { Deadline } from './deadline.ts'
import type { DialStep } from './dial-step.ts'
import { learnHostKeys } from './host-key-learn.ts'
import { checkHostKey, knownTypesOf } from './host-key-check.ts'
import { scanHostKey, type HostKeyRequest } from './host-key-scan.ts'
import { vaultPrefix, type KeyRing } from './key-ring.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'
import { limitsFrom } from './liveness.ts'
import type { PasswordChange } from './password-change.ts'
import { reach } from './reach.ts'
import type { SecretStore } from './sign-in-context.ts'
import { agentFor, type Signer } from './signer.ts'
import { allowMessagesInLaterKex, onSilentRound, sendNewPassword } from './ssh2-internals.ts'
import { toSshError, type ConnectionStage } from './ssh-errors.ts'
import { stageOf, watchHello, type ServerHello } from './server-hello.ts'
import { findUnsupported, type UnsupportedIdentity } from './unsupported-identities.ts'

export type { DialStep }

export interface DialOptions {
  readonly hop: PlannedHop
  /** The way through the hop before; null dials by TCP. */
  readonly via: { readonly connection: Connection; readonly lease: Disposable } | null
  readonly onStep: (step: DialStep) => void
  readonly signal: AbortSignal
  /** Gives up rather than ask a person anything. */
  readonly quiet: boolean
  /** On whose behalf it asks. */
  readonly asker: Asker
}

export interface DialerParts {
  readonly prompter: Prompter
  readonly knownHosts: KnownHostsFile
  readonly secrets: SecretStore
  readonly keys: KeyRing
  readonly consents: Consents
  /** Where the usual agent listens; null where there is none. */
  readonly agentSocket: string | null
  readonly agent: (socket: string | null) => Promise<readonly Signer[]>
  readonly onKeyDecision: (kind: 'trusted' | 'key-replaced' | 'keys-learned', hop: PlannedHop, key: ShownKey) => void
  /** A server showed a banner. */
  readonly onBanner: (hop: PlannedHop, text: ServerText) => void
  readonly onForgotten: (error: unknown) => void
}

const handshakeMs = 20_000
// sshd's LoginGraceTime: a push to a phone, a touch of a key and a slow directory all take their time.
const signInMs = 120_000

/** The one place that makes an ssh2 Client: connects, checks the host key, signs in. Throws an AppError with a next step. */
export class Dialer {
  readonly #parts: DialerParts

  constructor(parts: DialerParts) {
    this.#parts = parts
  }

  async dial(options: DialOptions): Promise<Connection> {
    const { hop, via, onStep, signal } = options
    const owned = new DisposableStore()
    if (via) owned.add(via.lease)
    const { keys, secrets, consents } = this.#parts
    const ask = (question: Question) => this.#ask(question, options)
    if (hop.keyFile?.startsWith(vaultPrefix) === false && (hop.signIn === 'key' || hop.signIn === 'ask'))
      keys.warm(keys.resolve(hop.keyFile))
    try {
      onStep({
        kind: 'connecting',
        step: via ? `Reaching ${hop.label} through ${via.connection.where}` : `Connecting to ${hop.label}`,
      })
      const knownTypes = await knownTypesOf(hop, this.#parts.knownHosts)
      // Nothing may be awaited from here to the handshake: a stream that ends in between would end unheard.
      const stream: Duplex = via
        ? await via.connection.connectFromThere(hop.address, hop.port, signal)
        : await reach({ hop, secrets, consents, ask, signal })
      owned.add(toDisposable(() => stream.destroy()))
      // A channel stays open after the target has ended it: only this side can tell the host before to let go.
      if (via) stream.once('end', () => stream.destroy())
      return await this.#signIn(stream, { ...options, knownTypes }, owned)
    } catch (error) {
      owned.dispose()
      throw error
    }
  }

  /** The host key of one type of a server: `scanHostKey`. */
  readHostKey(server: HostKeyRequest): Promise<Buffer | null> {
    return scanHostKey(server)
  }

  /** A question before there is anything to sign in to. */
  async #ask(question: Question, { hop, quiet, onStep, signal, asker }: DialOptions) {
    if (quiet || hop.options.batch) throw needsAnswer(hop, false)
    onStep({ kind: 'asking' })
    return this.#parts.prompter.ask(question, { asker, signal })
  }

  #findUnsupported(hop: PlannedHop): Promise<readonly UnsupportedIdentity[]> {
    const { keys, agentSocket } = this.#parts
    const { identityFiles, certificateFiles, agent } = hop.options
    const named = [...identityFiles, ...(hop.keyFile?.startsWith(vaultPrefix) === false ? [hop.keyFile] : [])]
    const socket = agent ?? agentSocket
    return findUnsupported({
      keyFiles: [
        ...named.map(path => keys.resolve(path)),
        ...keys.defaults().flatMap(each => (each.kind === 'file' ? [each.path] : [])),
      ],
      certificateFiles: certificateFiles.map(path => keys.resolve(path)),
      sshFolder: keys.resolve('~/.ssh/'),
      agentSocket: socket === 'none' ? null : socket,
      now: new Date(),
    })
  }

  async #signIn(
    stream: Duplex,
    { hop, onStep, signal, quiet, asker, knownTypes }: DialOptions & { knownTypes: readonly string[] },
    owned: Disposable,
  ): Promise<Connection> {
    const { knownHosts, onKeyDecision, onBanner, prompter } = this.#parts
    const attempt = new Attempt({
      ...{ hop, stream, signal, onStep, onBanner, asker, prompter },
      quiet: quiet || hop.options.batch,
      offer: chooseAlgorithms(hop, knownTypes),
      findUnsupported: () => this.#findUnsupported(hop),
    })
    const auth = new Authenticator({ ...this.#parts, hop, ask: attempt.ask, giveUp: attempt.giveUp })
    let accepted: Buffer | undefined
    const decide = async (key: Buffer) => {
      const onDecision = (kind: 'trusted' | 'key-replaced', shown: ShownKey) => onKeyDecision(kind, hop, shown)
      const ip = (stream as { remoteAddress?: string }).remoteAddress ?? null
      const direct = hop.options.through === null ? ip : null
      await checkHostKey(key, { hop, ip: direct, knownHosts, ask: attempt.ask, onDecision })
      accepted = Buffer.from(key)
      onStep({ kind: 'connecting', step: `Signing in as ${hop.user}` })
      return true
    }
    attempt.client.on('hostkeys', keys => {
      const blobs = keys.map(key => (key as unknown as { getPublicSSH(): Buffer }).getPublicSSH())
      const onLearned = (key: ShownKey) => onKeyDecision('keys-learned', hop, key)
      void learnHostKeys(blobs, { hop, accepted, knownHosts, onLearned }).catch(this.#parts.onForgotten)
    })
    const forwarded = forwardedAgent(hop, this.#parts.agentSocket)
    await attempt.run(auth, {
      sock: stream as never,
      username: hop.user,
      readyTimeout: 0,
      keepaliveInterval: 0,
      algorithms: attempt.offer as never,
      ...(forwarded === null ? {} : { agent: agentFor(forwarded) }),
      authHandler: auth.handler,
      // The callback form: a returned promise would count as yes.
      hostVerifier: (key: Buffer, verify: (ok: boolean) => void) => {
        // Asked again on each rekey: the key of this session is the only one that will do. Answered at once, since ssh2
        // goes back to sending data, with keys that hold no more, while it waits for a later answer.
        if (accepted) return verify(accepted.equals(key))
        attempt.keyShown()
        decide(key).then(
          ok => attempt.unlessOver(() => verify(ok)),
          (error: unknown) => attempt.giveUp(error),
        )
      },
    })
    // First the connection, then the vault: a link that ends meanwhile must be heard.
    const connection = new Connection({
      client: attempt.client,
      where: hop.label,
      onBytes: listener => void stream.on('data', listener),
      unsent: () => stream.writableLength,
      owned,
      limits: limitsFrom(hop.options.aliveMs, hop.options.aliveCount),
      forwardsAgent: forwarded !== null,
      weak: attempt.weak,
    })
    void auth.rememberAnswers().catch(this.#parts.onForgotten)
    return connection
  }
}

/** A command may ask for a sign-in of its own, in a browser perhaps, before it leads anywhere. */
function handshakeLimit({ options: { through, connectMs } }: PlannedHop): number {
  return Math.max(through?.kind === 'command' ? signInMs : handshakeMs, connectMs ?? 0)
}

/** The socket of the agent that programs over there may use; null is none. */
function forwardedAgent({ options }: PlannedHop, usual: string | null): string | null {
  const { forwardAgent, agent } = options
  if (forwardAgent === null) return null
  const own = agent === null ? usual : agent === 'none' ? null : agent
  return forwardAgent === 'yes' ? own : forwardAgent === '' ? null : forwardAgent
}

function chooseAlgorithms(hop: PlannedHop, knownTypes: readonly string[]) {
  try {
    const { algorithms: wishes, compression } = hop.options
    return algorithmsFor({ weak: hop.weakAlgorithms, knownTypes, wishes, compression })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new AppError('no-common-algorithm', `${error.message}. Change that line of the config of ${hop.label}.`)
  }
}

function needsAnswer(hop: PlannedHop, refused: boolean): AppError {
  const text = hop.options.batch
    ? `${hop.label} asks something, and BatchMode is set to yes in its config.`
    : `${hop.label} asks for more than a connection in the background can answer.`
  return new AppError(refused ? 'auth-failed' : 'needs-answer', text)
}

interface AttemptParts extends Pick<DialerParts, 'onBanner'> {
  readonly hop: PlannedHop
  readonly stream: Duplex
  readonly signal: AbortSignal
  readonly onStep: (step: DialStep) => void
  readonly quiet: boolean
  readonly asker: Asker
  readonly prompter: Prompter
  readonly offer: Offer
  /** Looks for what a refused sign-in may have wanted. */
  readonly findUnsupported: () => Promise<readonly UnsupportedIdentity[]>
}

/** One handshake and sign-in, with its clock and its way to ask. */
class Attempt {
  readonly client = new Client()
  /** Why it can't go on, when something better than ssh2's own error is known. */
  failure: unknown
  /** The weak algorithms that were negotiated. */
  weak: readonly string[] = []
  readonly #parts: AttemptParts
  readonly #deadline: Deadline
  readonly #hello: () => ServerHello
  #reached: 'key-shown' | 'signing-in' | null = null
  #limitMs = 0
  #asking = 0
  #over = false
  readonly #banner = new Banner()
  #giveUp: (error: unknown) => void = () => {}
  #questions = new AbortController()

  constructor(parts: AttemptParts) {
    this.#parts = parts
    this.#hello = watchHello(parts.stream)
    this.#deadline = new Deadline(() => this.#giveUp(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })))
  }

  get offer(): Offer {
    return this.#parts.offer
  }

  get #stage(): ConnectionStage {
    return this.#reached ?? stageOf(this.#hello())
  }

  readonly ask = async (question: Question, refused = false) => {
    const { prompter, onStep, hop, quiet, asker } = this.#parts
    if (quiet) throw needsAnswer(hop, refused)
    onStep({ kind: 'asking' })
    this.#asking++
    try {
      const said = this.#banner.text
      const shown = said && question.kind === 'secrets' ? { ...question, said } : question
      const answer = await this.#deadline.pauseFor(() => prompter.ask(shown, { asker, signal: this.#questions.signal }))
      this.#showSignIn()
      return answer
    } finally {
      this.#asking--
    }
  }

  /** Ends the attempt with a reason of our own; nothing more is sent. */
  readonly giveUp = (error: unknown) => {
    this.failure ??= error
    this.#giveUp(error)
  }

  /** The server's host key came, which is asked about or known. */
  keyShown(): void {
    this.#reached = 'key-shown'
  }

  /** For what ssh2 can't bear any more once its connection is gone. */
  unlessOver(run: () => void): void {
    if (!this.#over && !this.#parts.stream.destroyed) run()
  }

  async run(auth: Authenticator, config: Parameters<Client['connect']>[0]): Promise<void> {
    const { client } = this
    const { signal } = this.#parts
    const abort = () => this.#giveUp(new AppError('cancelled', 'Cancelled'))
    try {
      await new Promise<void>((resolve, reject) => {
        this.#giveUp = reject
        signal.addEventListener('abort', abort)
        client.on('ready', () => resolve())
        client.on('handshake', ({ kex, serverHostKey, cs, sc }) => {
          this.weak = weakAmong([kex, serverHostKey, cs.cipher, cs.mac, sc.cipher, sc.mac])
          this.#reached = 'signing-in'
          this.#startClock(signInMs)
        })
        // An agent that would not sign is one attempt gone, not the connection.
        client.on('error', error => ((error as { level?: string }).level === 'agent' ? undefined : reject(error)))
        client.on('banner', text => this.#showBanner(text))
        client.on('close', () => reject(new Error('')))
        client.on('change password', prompt => this.#changePassword(auth, prompt))
        if (signal.aborted) abort()
        this.#startClock(handshakeLimit(this.#parts.hop))
        client.connect(config)
        allowMessagesInLaterKex(client)
        onSilentRound(client, text => this.#showBanner(text))
      })
    } catch (error) {
      this.#over = true
      client.destroy()
      const asking = this.#asking > 0
      this.#questions.abort()
      throw await this.#explain(error, auth, asking)
    } finally {
      signal.removeEventListener('abort', abort)
      this.#deadline.dispose()
      this.#questions.abort()
    }
  }

  #showSignIn(): void {
    const { hop, onStep } = this.#parts
    const said = this.#banner.text
    onStep({ kind: 'connecting', step: `Signing in as ${hop.user}`, ...(said && { said }) })
  }

  /** What the server says of it stands with its banners. */
  #changePassword(auth: Authenticator, prompt: string): void {
    this.#showBanner(prompt)
    const send = (change: PasswordChange) => sendNewPassword(this.client, { user: this.#parts.hop.user, ...change })
    auth.changePassword().then(change => this.unlessOver(() => send(change)), this.giveUp)
  }

  /** A banner may lead to a page where the person signs in: all the time there is counts from it. */
  #showBanner(text: string): void {
    if (!this.#banner.add(text)) return
    const { hop, onBanner } = this.#parts
    onBanner(hop, serverText(text, 2_000))
    this.#startClock(signInMs)
    if (this.#asking === 0) this.#showSignIn()
  }

  #startClock(ms: number): void {
    this.#limitMs = ms
    this.#deadline.restart(ms)
  }

  async #explain(error: unknown, auth: Authenticator, asking: boolean): Promise<AppError> {
    const { hop, findUnsupported } = this.#parts
    if (error instanceof AppError && error.code === 'cancelled') return error
    const cause = this.failure ?? auth.failure ?? error
    const refused = (cause as { level?: string }).level === 'client-authentication'
    return toSshError(cause, {
      where: hop.label,
      stage: this.#stage,
      hello: this.#hello(),
      exchange: {
        offer: this.offer,
        weakAllowed: hop.weakAlgorithms,
        saved: hop.saved,
        wishes: hop.options.algorithms,
      },
      asking,
      limitMs: this.#limitMs,
      methods: auth.methods,
      tried: [...auth.tried],
      unsupported: refused ? await findUnsupported() : [],
    })
  }
}
