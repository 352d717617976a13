import type { Duplex } from 'node:stream'

import { AppError } from '../../shared/base/errors.ts'
import type { Event } from '../../shared/base/event.ts'
import { DisposableStore, toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { ServerText } from '../../shared/base/server-text.ts'
import type { Question, ShownKey } from '../../shared/contract/prompts.ts'
import type { Asker } from '../prompts/asker.ts'
import type { Prompter } from '../prompts/prompter.ts'
import type { Consents } from '../ssh-config/consents.ts'
import { algorithmsFor } from './algorithms.ts'
import { Attempt, needsAnswer } from './attempt.ts'
import { Authenticator } from './authenticator.ts'
import { Connection } from './connection.ts'
import type { PlannedHop } from './connection-plan.ts'
import type { DialStep } from './dial-step.ts'
import { learnHostKeys } from './host-key-learn.ts'
import { checkHostKey, knownTypesOf } from './host-key-check.ts'
import { scanHostKey, type HostKeyRequest } from './host-key-scan.ts'
import { vaultPrefix, type KeyRing } from './key-ring.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'
import { limitsFrom } from './liveness.ts'
import { reach } from './reach.ts'
import type { SecretStore } from './sign-in-context.ts'
import { agentFor, type Signer } from './signer.ts'
import { findUnsupported, type UnsupportedIdentity } from './unsupported-identities.ts'

export interface DialOptions {
  readonly hop: PlannedHop
  /** The connection to the previous hop; null dials by TCP. */
  readonly via: { readonly connection: Connection; readonly lease: Disposable } | null
  readonly onStep: (step: DialStep) => void
  readonly signal: AbortSignal
  /** Fails instead of asking the user anything. */
  readonly quiet: boolean
  /** On whose behalf questions are asked. */
  readonly asker: Asker
}

export interface DialerParts {
  readonly prompter: Prompter
  readonly knownHosts: KnownHostsFile
  readonly secrets: SecretStore
  readonly keys: KeyRing
  readonly consents: Consents
  /** The socket of the default agent; null if there is none. */
  readonly agentSocket: string | null
  readonly agent: (socket: string | null) => Promise<readonly Signer[]>
  readonly onKeyDecision: (kind: 'trusted' | 'key-replaced' | 'keys-learned', hop: PlannedHop, key: ShownKey) => void
  /** Called when a server sent a banner. */
  readonly onBanner: (hop: PlannedHop, text: ServerText) => void
  readonly onForgotten: (error: unknown) => void
  /** Announces changes of the network; absent if nobody watches it. */
  readonly onNetworkChanged?: Event<unknown>
}

/** Connects, checks the host key, signs in. Throws an AppError with a next step. */
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
        step: via ? `Connecting to ${hop.label} through ${via.connection.where}` : `Connecting to ${hop.label}`,
      })
      const knownTypes = await knownTypesOf(hop, this.#parts.knownHosts)
      // Nothing may be awaited between here and the handshake: the end of the stream would go unnoticed.
      const stream: Duplex = via
        ? await via.connection.connectFromServer(hop.address, hop.port, signal)
        : await reach({ hop, secrets, consents, ask, signal })
      owned.add(toDisposable(() => stream.destroy()))
      // A forwarded channel stays open after the target closed its end: only this side can make the jump host release
      // it.
      if (via) stream.once('end', () => stream.destroy())
      return await this.#signIn(stream, { ...options, knownTypes }, owned)
    } catch (error) {
      owned.dispose()
      throw error
    }
  }

  /** Reads the host key of one type from a server; see `scanHostKey`. */
  readHostKey(server: HostKeyRequest): Promise<Buffer | null> {
    return scanHostKey(server)
  }

  /** Asks a question before there is a connection to sign in to. */
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
      ...{ hop, stream, signal, onStep, asker, prompter },
      onNetworkChanged: this.#parts.onNetworkChanged,
      onBanner: text => onBanner(hop, text),
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
      // The callback form: a returned promise would count as acceptance.
      hostVerifier: (key: Buffer, verify: (ok: boolean) => void) => {
        // Called again on each rekey, where only the key of this session is accepted. The answer is synchronous, since
        // ssh2 would continue to send data with outdated keys while it waits.
        if (accepted) return verify(accepted.equals(key))
        attempt.keyShown()
        decide(key).then(
          ok => attempt.unlessOver(() => verify(ok)),
          (error: unknown) => attempt.giveUp(error),
        )
      },
    })
    // Create the connection before touching the vault: a connection that closes meanwhile must be noticed.
    const connection = new Connection({
      client: attempt.client,
      where: hop.label,
      ...watchedBy(stream),
      owned,
      limits: limitsFrom(hop.options.aliveMs, hop.options.aliveCount),
      forwardsAgent: forwarded !== null,
      weak: attempt.weak,
    })
    void auth.rememberAnswers().catch(this.#parts.onForgotten)
    return connection
  }
}

/** The socket of the agent to forward; null forwards none. */
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
    throw new AppError('no-common-algorithm', `${error.message}. Change that line in the SSH config of ${hop.label}.`)
  }
}

/** The parts of a stream that show whether data still gets through. */
function watchedBy(stream: Duplex) {
  const { localAddress } = stream as { localAddress?: string }
  return {
    onBytes: (listener: () => void) => void stream.on('data', listener),
    unsent: () => stream.writableLength,
    localAddress: localAddress ?? null,
  }
}
