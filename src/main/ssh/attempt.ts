import type { Duplex } from 'node:stream'

import { Client } from 'ssh2'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Event } from '../../shared/base/event.ts'
import { serverText, type ServerText } from '../../shared/base/server-text.ts'
import type { Question } from '../../shared/contract/prompts.ts'
import type { Asker } from '../prompts/asker.ts'
import type { Prompter } from '../prompts/prompter.ts'
import { weakAmong, type Offer } from './algorithms.ts'
import type { Authenticator } from './authenticator.ts'
import { Banner } from './banner.ts'
import type { PlannedHop } from './connection-plan.ts'
import { Deadline } from './deadline.ts'
import type { DialStep } from './dial-step.ts'
import type { PasswordChange } from './password-change.ts'
import { hasAddress } from './network-watch.ts'
import { stageOf, watchHello, type ServerHello } from './server-hello.ts'
import { allowMessagesInLaterKex, onSilentRound, sendNewPassword } from './ssh2-internals.ts'
import { toSshError, type ConnectionStage } from './ssh-errors.ts'
import type { UnsupportedIdentity } from './unsupported-identities.ts'

export interface AttemptParts {
  readonly hop: PlannedHop
  readonly stream: Duplex
  readonly signal: AbortSignal
  readonly onStep: (step: DialStep) => void
  readonly quiet: boolean
  readonly asker: Asker
  readonly prompter: Prompter
  readonly offer: Offer
  /** Announces changes of the network; absent if nobody watches it. */
  readonly onNetworkChanged: Event<unknown> | undefined
  /** Called when a server sent a banner. */
  readonly onBanner: (text: ServerText) => void
  /** Looks for keys that a refused sign-in may have required. */
  readonly findUnsupported: () => Promise<readonly UnsupportedIdentity[]>
}

const handshakeMs = 20_000
// sshd's LoginGraceTime: phone approvals, key touches and slow directory services take time.
const signInMs = 120_000

/** One handshake and sign-in of an ssh2 Client, with its clock and its way to ask. */
export class Attempt {
  readonly client = new Client()
  /** The reason the attempt failed, if a better one than ssh2's error is known. */
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

  /** Ends the attempt with Hawser's own reason; nothing more is sent. */
  readonly giveUp = (error: unknown) => {
    this.failure ??= error
    this.#giveUp(error)
  }

  /** Notes that the server's host key was received and is being checked. */
  keyShown(): void {
    this.#reached = 'key-shown'
  }

  /** Runs work that ssh2 can't handle once the connection is gone. */
  unlessOver(run: () => void): void {
    if (!this.#over && !this.#parts.stream.destroyed) run()
  }

  async run(auth: Authenticator, config: Parameters<Client['connect']>[0]): Promise<void> {
    const { client } = this
    const { signal, onNetworkChanged } = this.#parts
    const abort = () => this.#giveUp(cancelled())
    const watching = onNetworkChanged?.(() => this.#leaveLostNetwork())
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
        // An agent that refuses to sign fails one attempt, not the connection.
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
      watching?.dispose()
      this.#deadline.dispose()
      this.#questions.abort()
    }
  }

  /** No answer can arrive at an address that this computer has lost; waiting for one would take minutes. */
  #leaveLostNetwork(): void {
    const { localAddress } = this.#parts.stream as { localAddress?: string }
    if (localAddress !== undefined && !hasAddress(localAddress))
      this.#giveUp(Object.assign(new Error('network lost'), { code: 'ENETDOWN' }))
  }

  #showSignIn(): void {
    const { hop, onStep } = this.#parts
    const said = this.#banner.text
    onStep({ kind: 'connecting', step: `Signing in as ${hop.user}`, ...(said && { said }) })
  }

  /** The server's own words about it are shown with its banners. */
  #changePassword(auth: Authenticator, prompt: string): void {
    this.#showBanner(prompt)
    const send = (change: PasswordChange) => sendNewPassword(this.client, { user: this.#parts.hop.user, ...change })
    auth.changePassword().then(change => this.unlessOver(() => send(change)), this.giveUp)
  }

  /** A banner may link to a page for signing in, so the full time limit starts again. */
  #showBanner(text: string): void {
    if (!this.#banner.add(text)) return
    this.#parts.onBanner(serverText(text, 2_000))
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

/** A ProxyCommand may require a sign-in of its own, perhaps in a browser, before it connects. */
function handshakeLimit({ options: { through, connectMs } }: PlannedHop): number {
  return Math.max(through?.kind === 'command' ? signInMs : handshakeMs, connectMs ?? 0)
}

/** The error of a question that must not be asked; `refused` if the server has just refused the saved password. */
export function needsAnswer(hop: PlannedHop, refused: boolean): AppError {
  const text = hop.options.batch
    ? `${hop.label} needs your input, but BatchMode is set to yes in its SSH config.`
    : refused
      ? `${hop.label} did not accept the saved password.`
      : `${hop.label} needs your input, and a background connection can’t ask for it. Connect to it first.`
  return new AppError(refused ? 'auth-failed' : 'needs-answer', text)
}
