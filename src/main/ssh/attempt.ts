import type { Duplex } from 'node:stream'

import { Client } from 'ssh2'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
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
import { stageOf, watchHello, type ServerHello } from './server-hello.ts'
import { allowMessagesInLaterKex, onSilentRound } from './ssh2-internals.ts'
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
  /** A server showed a banner. */
  readonly onBanner: (text: ServerText) => void
  /** Looks for what a refused sign-in may have wanted. */
  readonly findUnsupported: () => Promise<readonly UnsupportedIdentity[]>
}

const handshakeMs = 20_000
// sshd's LoginGraceTime: a push to a phone, a touch of a key and a slow directory all take their time.
const signInMs = 120_000

/** One handshake and sign-in of an ssh2 Client, with its clock and its way to ask. */
export class Attempt {
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
    const abort = () => this.#giveUp(cancelled())
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
        client.on('change password', () => reject(passwordExpired(this.#parts.hop)))
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

  /** A banner may lead to a page where the person signs in: all the time there is counts from it. */
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

/** A command may ask for a sign-in of its own, in a browser perhaps, before it leads anywhere. */
function handshakeLimit({ options: { through, connectMs } }: PlannedHop): number {
  return Math.max(through?.kind === 'command' ? signInMs : handshakeMs, connectMs ?? 0)
}

/** The error of a question that must not be asked; `refused` tells a sign-in that was refused before it. */
export function needsAnswer(hop: PlannedHop, refused: boolean): AppError {
  const text = hop.options.batch
    ? `${hop.label} asks something, and BatchMode is set to yes in its config.`
    : `${hop.label} asks for more than a connection in the background can answer.`
  return new AppError(refused ? 'auth-failed' : 'needs-answer', text)
}

function passwordExpired(hop: PlannedHop): AppError {
  return new AppError(
    'auth-failed',
    `${hop.label} wants a new password for ${hop.user}, which Hawser can’t set. Change it with ssh in a terminal and try again.`,
  )
}
