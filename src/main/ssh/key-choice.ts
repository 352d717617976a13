import { AppError } from '../../shared/base/errors.ts'
import { filePassphraseName, pastedKeyName, storedPassphraseName } from '../storage/secret-names.ts'
import { keyName, type KeySource, type PassphraseSource } from './key-ring.ts'
import type { SignInContext } from './sign-in-context.ts'
import type { Signer } from './signer.ts'

/** A key to offer. `optional` marks a key that the user didn't choose: the sign-in continues without it. */
export interface OfferedKey {
  readonly signer: Signer
  readonly optional: boolean
}

/** Chooses the keys that one sign-in offers: those of the host, the config, the agent and the .ssh folder. */
export class KeyChoice {
  readonly #context: SignInContext
  readonly #keep: (name: string, passphrase: string) => void

  /** `keep` receives a passphrase to save once the sign-in has succeeded. */
  constructor(context: SignInContext, keep: (name: string, passphrase: string) => void) {
    this.#context = context
    this.#keep = keep
  }

  /** Yields the keys of this sign-in in the order in which to offer them. Errors: `key-unusable`, `vault-locked`. */
  async *offered(): AsyncGenerator<OfferedKey> {
    const { hop, keys } = this.#context
    const inAgent = hop.signIn === 'key' ? [] : await this.#context.agent(hop.options.agent)
    const { identityFiles, identitiesOnly, noKeyFiles } = hop.options
    if (identityFiles.length > 0 || identitiesOnly || noKeyFiles) {
      yield* this.#configured(inAgent)
      return
    }
    const own = await this.own()
    for (const source of own) {
      const held = await this.#inAgent(source)
      yield { signer: held ?? (await this.#fromFile(source)), optional: false }
      // A key in the agent is chosen by its public key; the agent's other keys are not offered.
      if (held) return
    }
    const defaults = await keys.publicHalves()
    // Keys that are also in the .ssh folder come first: they are the user's own.
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

  /** The agent's signer for a key without a private key file: the user chose the `.pub` file, or only that is left. */
  async #inAgent(source: KeySource): Promise<Signer | null> {
    const { hop, keys } = this.#context
    const isPublic = source.kind === 'file' && source.path.endsWith('.pub')
    if (!isPublic && (await keys.privateHalf(source)) !== null) return null
    const half = await keys.publicHalf(source)
    if (half === null) return null
    return (await this.#context.agent(hop.options.agent)).find(each => each.blob.equals(half)) ?? null
  }

  async #fromFile(source: KeySource): Promise<Signer> {
    const { keys } = this.#context
    const whole = await keys.privateHalf(source)
    if (whole === null) throw (await keys.publicHalf(source)) === null ? missing(source) : notInAgent(source)
    const signer = await keys.signer(whole, this.#passphrases(whole))
    if (!signer) throw missing(whole)
    return signer
  }

  /**
   * Yields the keys that a config names, in OpenSSH's order: those in the agent, the agent's other keys unless
   * IdentitiesOnly is set, then the files. Missing files are skipped.
   */
  async *#configured(inAgent: readonly Signer[]): AsyncGenerator<OfferedKey> {
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

  /** The key configured for the host itself, as a file or pasted text; none if the host doesn't choose one. */
  async own(): Promise<readonly KeySource[]> {
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

  #passphrases(source: KeySource): PassphraseSource {
    const { secrets, ask } = this.#context
    const name = source.kind === 'file' ? filePassphraseName(source.path) : storedPassphraseName(source.id)
    return {
      remembered: () => secrets.get(name),
      ask: async wrong => {
        const text = wrong ? 'Incorrect passphrase.' : source.kind === 'file' ? source.path : ''
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
      keep: passphrase => this.#keep(name, passphrase),
    }
  }
}

function missing(source: KeySource): AppError {
  const path = source.kind === 'file' ? source.path : keyName(source)
  return new AppError('key-unusable', `The key file ${path} doesn’t exist. Choose another key for this host.`)
}

function notInAgent(source: KeySource): AppError {
  return new AppError(
    'key-unusable',
    `Only the public key of ${keyName(source)} was found, and the agent doesn’t have the private key. Add it to the agent, or choose the private key file.`,
  )
}

function noKey(): AppError {
  return new AppError(
    'key-unusable',
    'There is no key in ~/.ssh. Choose a key file for this host, or create one with ssh-keygen.',
  )
}

function vaultLocked(): AppError {
  return new AppError(
    'vault-locked',
    'The key for this host may be in the vault, which is locked. Unlock it in Settings > Security.',
  )
}

/** True if a key can't be used, which stops a sign-in only if the user chose that key. */
export function isUnusable(error: unknown): boolean {
  return error instanceof AppError ? error.code === 'key-unusable' : true
}

function orSkip(error: unknown): null {
  if (isUnusable(error)) return null
  throw error
}
