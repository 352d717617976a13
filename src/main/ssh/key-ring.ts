import { homedir } from 'node:os'
import { basename, join } from 'node:path'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { decodeText } from '../storage/decode-text.ts'
import { readRegularFile, readTextIfAny } from '../storage/regular-file.ts'
import { vaultKeyName } from '../storage/secret-names.ts'
import { WrongPassphrase } from '../key-formats/key-job.ts'
import { outlineKey } from '../key-formats/key-outline.ts'
import { parsePrivateKey } from './private-key.ts'
import type { Signer } from './signer.ts'

/** The source of passphrases, and whether to save them. */
export interface PassphraseSource {
  remembered(): Promise<string | null>
  /** Asks the user; null is Cancel. `wrong` means that the previous passphrase was wrong. */
  ask(wrong: boolean): Promise<{ passphrase: string; remember: boolean } | null>
  keep(passphrase: string): void
}

/** One private key: a file, or pasted text stored in the vault. */
export type KeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly id: string; readonly text: string; readonly name?: string }

/** The prefix of a key setting that names a key in the vault. */
export const vaultPrefix = 'vault:'

const maxKeyBytes = 65_536
const maxTries = 3
// OpenSSH's default identities that ssh2 supports, the strongest first.
const defaultNames = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * Turns private keys into signers. A decrypted key is kept until Hawser quits, so that its passphrase is asked for
 * once.
 */
export class KeyRing {
  readonly #sshFolder: string
  readonly #worker: URL
  readonly #decrypted = new Map<string, Signer>()
  readonly #warming = new Map<string, Promise<unknown>>()

  readonly #vaultKey: (name: string) => Promise<string | null>

  constructor(options: {
    sshFolder: string
    worker: URL
    /** Returns a private key from the vault by name; null if it is missing or the vault is locked. */
    vaultKey?: (name: string) => Promise<string | null>
  }) {
    this.#vaultKey = options.vaultKey ?? (() => Promise.resolve(null))
    this.#sshFolder = options.sshFolder
    this.#worker = options.worker
  }

  /**
   * Resolves a host's key setting: a file, or a key in the vault with the prefix `vault:`. Errors: `key-unusable` if
   * that key is missing.
   */
  async source(keyFile: string): Promise<KeySource> {
    if (!keyFile.startsWith(vaultPrefix)) return { kind: 'file', path: this.resolve(keyFile) }
    const name = keyFile.slice(vaultPrefix.length)
    const text = await this.#vaultKey(name)
    if (text !== null) return { kind: 'text', id: vaultKeyName(name), text, name }
    throw new AppError(
      'key-unusable',
      `The key ${name} is not in the vault, or the vault is locked. Unlock it in Settings > Security, or choose another key.`,
    )
  }

  /** The default identity files, whether they exist or not. */
  defaults(): readonly KeySource[] {
    return defaultNames.map(name => ({ kind: 'file', path: join(this.#sshFolder, name) }))
  }

  /** The public keys beside the default identities; unreadable ones are skipped. */
  async publicHalves(): Promise<readonly Buffer[]> {
    const texts = await Promise.all(
      defaultNames.map(name => readTextIfAny(join(this.#sshFolder, `${name}.pub`), maxKeyBytes)),
    )
    return texts.flatMap(text => (text === '' ? [] : [Buffer.from(text.split(' ')[1] ?? '', 'base64')]))
  }

  /** The public key of a source, from the file beside it or its own header; null if neither has it. */
  async publicHalf(source: KeySource): Promise<Buffer | null> {
    if (source.kind === 'text') return publicBlobOf(source.text) ?? outlineKey(source.text, keyName(source)).blob
    const path = source.path.endsWith('.pub') ? source.path : `${source.path}.pub`
    const beside = publicBlobOf(await readTextIfAny(path, maxKeyBytes))
    if (beside !== null) return beside
    try {
      const read = await readKey(source.path)
      return read && (publicBlobOf(read.text) ?? outlineKey(read.text, keyName(source)).blob)
    } catch {
      return null
    }
  }

  /**
   * The private key for a source: the source itself, or `k` for `k.pub`. Null if there is no such file, so that only an
   * agent can have it. Errors: `key-unusable` for an unreadable file.
   */
  async privateHalf(source: KeySource): Promise<KeySource | null> {
    if (source.kind === 'text') return publicBlobOf(source.text) === null ? source : null
    const read = await readKey(source.path)
    if (read !== null && publicBlobOf(read.text) === null) return source
    if (!source.path.endsWith('.pub')) return null
    const beside: KeySource = { kind: 'file', path: source.path.slice(0, -'.pub'.length) }
    return (await readKey(beside.path)) === null ? null : beside
  }

  /** Expands `~` to the home directory, and a bare name to a file in the .ssh folder. */
  resolve(path: string): string {
    if (path.startsWith('~/.ssh/')) return join(this.#sshFolder, path.slice('~/.ssh/'.length))
    if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1))
    return /[\\/]/.test(path) ? path : join(this.#sshFolder, path)
  }

  /**
   * Reads a key that needs no passphrase while its connection is being made. Never asks; failures are reported later.
   */
  warm(path: string): void {
    if (this.#warming.has(path)) return
    const work = readKey(path)
      .then(async read => {
        const name = basename(path)
        if (!read || outlineKey(read.text, name).encrypted) return
        const id = keyId(path, read)
        if (!this.#decrypted.has(id)) this.#decrypted.set(id, await this.#parse(read.text, null, name))
      })
      .catch(() => {})
      .finally(() => this.#warming.delete(path))
    this.#warming.set(path, work)
  }

  /** Returns the key's signer, or null if its file doesn't exist. Errors: `key-unusable`, `cancelled`. */
  async signer(source: KeySource, passphrases: PassphraseSource): Promise<Signer | null> {
    const name = keyName(source)
    if (source.kind === 'file') await this.#warming.get(source.path)
    const read = source.kind === 'text' ? { text: source.text, stamp: '' } : await readKey(source.path)
    if (read === null) return null
    const outline = outlineKey(read.text, name)
    const id = keyId(source.kind === 'file' ? source.path : source.id, read)
    const known = this.#decrypted.get(id)
    if (known) return known
    const unlock = async () => {
      const done = this.#decrypted.get(id)
      if (done) return done
      const signer = await this.#unlock({ text: read.text, encrypted: outline.encrypted, name }, passphrases)
      this.#decrypted.set(id, signer)
      return signer
    }
    // If the public key is readable, the passphrase is asked for only after the server accepts the key.
    if (!outline.encrypted || outline.blob === null || outline.type === null) return unlock()
    return {
      type: outline.type,
      blob: outline.blob,
      name,
      sign: async (data, hash) => (await unlock()).sign(data, hash),
    }
  }

  /** Discards every decrypted key. */
  forget(): void {
    this.#decrypted.clear()
  }

  #parse(text: string, passphrase: string | null, name: string): Promise<Signer> {
    return parsePrivateKey({ text, passphrase, name, worker: this.#worker })
  }

  async #unlock(
    key: { text: string; encrypted: boolean; name: string },
    passphrases: PassphraseSource,
  ): Promise<Signer> {
    const parse = (passphrase: string | null) => this.#parse(key.text, passphrase, key.name)
    if (!key.encrypted) return parse(null)
    const remembered = await passphrases.remembered()
    let wrong = false
    if (remembered !== null) {
      const signer = await parse(remembered).catch(orWrong)
      if (signer) return signer
      wrong = true
    }
    for (let tries = 0; tries < maxTries; tries++) {
      const answer = await passphrases.ask(wrong)
      if (answer === null) throw cancelled()
      const signer = await parse(answer.passphrase).catch(orWrong)
      if (signer) {
        if (answer.remember) passphrases.keep(answer.passphrase)
        return signer
      }
      wrong = true
    }
    throw new AppError('key-unusable', `Incorrect passphrase: ${maxTries} attempts for the key ${key.name}.`)
  }
}

function keyId(place: string, { text, stamp }: { text: string; stamp: string }): string {
  return `${place} ${stamp} ${text.length}`
}

/** Returns the name of a key in questions: its file name. */
export function keyName(source: KeySource): string {
  return source.kind === 'file' ? basename(source.path) : (source.name ?? 'the pasted key')
}

/**
 * Returns the blob of a public key in OpenSSH's or RFC 4716's format; null for any other text, including private keys.
 */
function publicBlobOf(text: string): Buffer | null {
  if (text.includes('PRIVATE KEY-----') || text.includes('PuTTY-User-Key-File')) return null
  const framed = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n([\s\S]*?)^---- END/m.exec(text)?.[1]
  const encoded =
    framed === undefined
      ? /^[ \t]*[a-z][\w@.-]*[ \t]+(AAAA[A-Za-z0-9+/]+=*)/m.exec(text)?.[1]
      : // A header line continues after a backslash.
        framed.replace(/^[^\s:]+:(.*\\\r?\n)*.*$/gm, '').replace(/\s+/g, '')
  const blob = Buffer.from(encoded ?? '', 'base64')
  return blob.length > 0 ? blob : null
}

function orWrong(error: unknown): undefined {
  if (error instanceof WrongPassphrase) return undefined
  throw error
}

async function readKey(path: string): Promise<{ text: string; stamp: string } | null> {
  try {
    const { data, mtimeMs } = await readRegularFile(path, maxKeyBytes)
    return { text: decodeText(data), stamp: `${mtimeMs}` }
  } catch (error) {
    if (error instanceof AppError)
      throw new AppError('key-unusable', `${path} is not a local key file. Choose another file.`, {
        cause: error,
      })
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new AppError('key-unusable', `Couldn’t read the key ${path}. Check its permissions.`, { cause: error })
  }
}
