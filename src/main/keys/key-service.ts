import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { Operations } from '../work/operations.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Group, Host } from '../../shared/contract/hosts.ts'
import { newKeyWork, type KeyBook, type KeyInfo, type PutResult } from '../../shared/contract/keys.ts'
import type { Question } from '../../shared/contract/prompts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Prompter } from '../prompts/prompter.ts'
import { fingerprint } from '../ssh/fingerprint.ts'
import { runKeyJob, WrongPassphrase, type KeyDone, type KeyJob } from '../key-formats/key-job.ts'
import { outlineKey } from '../key-formats/key-outline.ts'
import type { KeyRing } from '../ssh/key-ring.ts'
import {
  filePassphraseName,
  isPublicLineName,
  publicLineName,
  storedPassphraseName,
  vaultKeyName,
} from '../storage/secret-names.ts'
import type { Signer } from '../ssh/signer.ts'
import { decodeText } from '../storage/decode-text.ts'
import { readRegularFile } from '../storage/regular-file.ts'
import type { Vault } from '../storage/vault.ts'
import { addToAgent, removeFromAgent } from './agent-client.ts'
import { bookOf, type VaultKey } from './key-book.ts'
import { listKeyFiles, readKeyFile, removeKeyFile, replaceFile, writeNewFile } from './key-files.ts'
import { parsePublicLine, printPublicLine } from './public-key.ts'
import type { KeyDeployment } from './key-deployment.ts'

type Contract = Services['keys']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface KeyParts {
  readonly sshFolder: string
  readonly worker: URL
  readonly vault: Vault
  readonly prompter: Prompter
  /** The hosts and groups that may use keys. */
  readonly hosts: { readonly hosts: readonly Host[]; readonly groups: readonly Group[] }
  readonly ring: KeyRing
  readonly deployment: KeyDeployment
  /** Null if there is no agent. */
  readonly agentSocket: string | null
  readonly agent: () => Promise<readonly Signer[]>
}

const maxTries = 3
const maxBytes = 65_536

/**
 * The keys: generates, imports, changes and deploys them, and adds them to the agent. Private keys stay in this
 * process.
 */
export class KeyService implements Contract, Disposable {
  readonly #changed = new Emitter<KeyBook>()
  readonly onChanged = this.#changed.event
  readonly #parts: KeyParts
  readonly #operations = new Operations()

  constructor(parts: KeyParts) {
    this.#parts = parts
  }

  async list(): Promise<KeyBook> {
    const { sshFolder, vault, hosts, ring, agentSocket, agent } = this.#parts
    const inAgent = await agent()
    const keys = bookOf({
      files: await listKeyFiles(sshFolder),
      vault: await this.#vaultKeys(),
      agent: inAgent,
      hosts: hosts.hosts,
      groups: hosts.groups,
      resolve: path => ring.resolve(path),
    })
    const answers = agentSocket !== null && (inAgent.length > 0 || (await exists(agentSocket)))
    return { keys, folder: sshFolder, agent: answers, vaultLocked: vault.locked }
  }

  async generate({ place, name, type, bits, comment, passphrase, rounds }: Input<'generate'>): Promise<string> {
    return this.#cancellable(newKeyWork, async signal => {
      await this.#checkFree(place, name)
      const seal = { passphrase, rounds }
      const made = await this.#job({ kind: 'generate', type, bits, comment, seal }, { name, signal })
      return this.#keep(place, name, made)
    })
  }

  async importKey({ text, path, place, name }: Input<'importKey'>): Promise<string> {
    return this.#cancellable(newKeyWork, async signal => {
      await this.#checkFree(place, name)
      const given = text === '' ? await readGiven(path) : text
      const { encrypted } = outlineKey(given, name)
      const { done, passphrase } = await this.#open({ text: given, encrypted, name }, signal)
      // The previous passphrase also protects the new file.
      const seal = { passphrase: passphrase ?? '', rounds: 16 }
      const comment = done.comment === '' ? basename(path) : done.comment
      const job = { kind: 'convert', text: given, passphrase, comment, to: 'openssh', seal } as const
      return this.#keep(place, name, await this.#job(job, { name, signal }))
    })
  }

  async exportKey({ id, folder, format, passphrase, rounds }: Input<'exportKey'>): Promise<string> {
    const { name, text } = await this.#need(id)
    const written = await this.#cancellable(id, async signal => {
      const { passphrase: old } = await this.#openKey(id, signal)
      const job = { kind: 'convert', text, passphrase: old, comment: null, to: format } as const
      return this.#job({ ...job, seal: { passphrase, rounds } }, { name, signal })
    })
    const path = join(folder, format === 'pkcs8' ? `${name.replaceAll(' ', '-')}.pem` : name.replaceAll(' ', '-'))
    await writeNewFile(path, written.text)
    return path
  }

  async changePassphrase({ id, passphrase, rounds }: Input<'changePassphrase'>): Promise<void> {
    const { name, text, place, path } = await this.#need(id)
    if (/^PuTTY-User-Key-File/m.test(text))
      throw new AppError(
        'unsupported',
        `${name} is a PuTTY file that PuTTY’s programs still use. Import it, then change the imported copy.`,
      )
    const written = await this.#cancellable(id, async signal => {
      const { passphrase: old } = await this.#openKey(id, signal)
      const job = { kind: 'convert', text, passphrase: old, comment: null, to: 'openssh' } as const
      return this.#job({ ...job, seal: { passphrase, rounds } }, { name, signal })
    })
    if (place === 'vault') await this.#parts.vault.set(vaultKeyName(name), written.text)
    else await replaceFile(path as string, written.text)
    this.#parts.ring.forget()
    // A saved passphrase would be wrong from now on.
    const remembered = this.#passphraseName(id)
    if ((await this.#parts.vault.get(remembered)) !== null) await this.#parts.vault.set(remembered, null)
    await this.#announce()
  }

  async remove({ id }: Input<'remove'>): Promise<void> {
    const { place, name, path } = await this.#need(id)
    if (place === 'vault') {
      await this.#parts.vault.set(vaultKeyName(name), null)
      await this.#parts.vault.set(publicLineName(vaultKeyName(name)), null)
    } else await removeKeyFile(path as string)
    this.#parts.ring.forget()
    const remembered = this.#passphraseName(id)
    if ((await this.#parts.vault.get(remembered)) !== null) await this.#parts.vault.set(remembered, null)
    await this.#announce()
  }

  async putOn({ id, target }: Input<'putOn'>): Promise<PutResult> {
    const key = await this.#info(id)
    return this.#cancellable(id, async signal => {
      const line = await this.#publicLine(key, signal)
      return this.#parts.deployment.put(target as Target, { line, keyFile: this.#settingOf(key) }, signal)
    })
  }

  cancel({ id }: Input<'cancel'>): void {
    return this.#operations.cancel(id)
  }

  dispose(): void {
    this.#operations.dispose()
    this.#changed.dispose()
  }

  /** Runs one operation at a time for each key; `cancel` and `dispose` end it, including its question. */
  #cancellable<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#operations.cancel(id)
    return this.#operations.run(id, work)
  }

  async takeOff({ id, target }: Input<'takeOff'>): Promise<number> {
    const key = await this.#info(id)
    return this.#cancellable(id, async signal => {
      const half = parsePublicLine(await this.#publicLine(key, signal))
      if (!half) throw noPublicHalf(id)
      return this.#parts.deployment.takeOff(target as Target, half.blob, signal)
    })
  }

  async addToAgent({ id, seconds }: Input<'addToAgent'>): Promise<void> {
    const { done } = await this.#cancellable(id, signal => this.#openKey(id, signal))
    const { comment } = await this.#info(id)
    await addToAgent(
      this.#socket(),
      { type: done.type, fields: done.fields, comment: comment || done.comment },
      seconds,
    )
    await this.#announce()
  }

  async removeFromAgent({ id }: Input<'removeFromAgent'>): Promise<void> {
    const key = await this.#info(id)
    const signer = (await this.#parts.agent()).find(({ blob }) => fingerprint(blob) === key.fingerprint)
    if (!signer) throw new AppError('not-found', 'This key is no longer in the agent.')
    await removeFromAgent(this.#socket(), signer.blob)
    await this.#announce()
  }

  async #announce(): Promise<void> {
    this.#changed.fire(await this.list())
  }

  async #vaultKeys(): Promise<readonly VaultKey[]> {
    const { vault } = this.#parts
    const prefix = vaultKeyName('')
    const names = vault.names().filter(name => name.startsWith(prefix) && !isPublicLineName(name))
    const keys = await Promise.all(
      names.map(async full => ({
        name: full.slice(prefix.length),
        text: (await vault.get(full)) ?? '',
        publicLine: (await vault.get(publicLineName(full))) ?? '',
      })),
    )
    // Entries that belong to a key, such as its passphrase, are not keys.
    return keys.filter(({ publicLine }) => publicLine !== '')
  }

  async #checkFree(place: 'file' | 'vault', name: string): Promise<void> {
    const { sshFolder, vault } = this.#parts
    if (name.endsWith('.pub')) throw new AppError('invalid-input', 'The name of a private key can’t end in .pub.')
    // A locked vault would look empty.
    if (place === 'vault' && !(await vault.ready()))
      throw new AppError('vault-locked', 'The vault is locked. Unlock it in Settings > Security, and try again.')
    const path = join(sshFolder, name)
    const taken =
      place === 'vault'
        ? (await vault.get(vaultKeyName(name))) !== null
        : (await exists(path)) || (await exists(`${path}.pub`))
    if (taken) throw new AppError('exists', `A key named ${name} already exists. Choose another name.`)
  }

  async #keep(place: 'file' | 'vault', name: string, key: KeyDone): Promise<string> {
    const publicLine = printPublicLine(key.type, key.blob, key.comment)
    const { sshFolder, vault } = this.#parts
    if (place === 'vault') {
      await vault.add(
        new Map([
          [vaultKeyName(name), key.text],
          [publicLineName(vaultKeyName(name)), publicLine],
        ]),
      )
    } else {
      await mkdir(sshFolder, { recursive: true, mode: 0o700 })
      await writeNewFile(join(sshFolder, name), key.text)
      await writeNewFile(join(sshFolder, `${name}.pub`), `${publicLine}\n`, 0o644)
    }
    await this.#announce()
    return place === 'vault' ? `vault:${name}` : `file:${join(sshFolder, name)}`
  }

  #job(job: KeyJob, { name, signal }: { name: string; signal: AbortSignal }): Promise<KeyDone> {
    return runKeyJob(this.#parts.worker, job, { name, signal })
  }

  /** Returns a key's text, if Hawser stores it. */
  async #need(id: string): Promise<{ name: string; text: string; place: 'file' | 'vault'; path: string | null }> {
    if (id.startsWith('vault:')) {
      const { name } = await this.#info(id)
      const text = await this.#parts.vault.get(vaultKeyName(name))
      if (text !== null) return { name, text, place: 'vault', path: null }
    }
    const info = id.startsWith('file:') ? await this.#info(id) : null
    const file = info && (await readKeyFile(info.path as string))
    if (file) return { name: file.name, text: file.text, place: 'file', path: file.path }
    throw new AppError('not-found', 'This key no longer exists, or only the agent has it.')
  }

  /** Only listed keys are used: an ID from the window never leads to another file. */
  async #info(id: string): Promise<KeyInfo> {
    const found = (await this.list()).keys.find(key => key.id === id)
    if (!found) throw new AppError('not-found', 'This key no longer exists, or the vault is locked.')
    return found
  }

  async #openKey(id: string, signal: AbortSignal) {
    const { name, text } = await this.#need(id)
    const { encrypted } = outlineKey(text, name)
    const remembered = await this.#parts.vault.get(this.#passphraseName(id))
    return this.#open({ text, encrypted, name, remembered }, signal)
  }

  /** Decrypts a key with a saved passphrase, or asks the user. */
  async #open(
    key: { text: string; encrypted: boolean; name: string; remembered?: string | null },
    signal: AbortSignal,
  ) {
    const { text, encrypted, name, remembered = null } = key
    const read = (passphrase: string | null) => this.#job({ kind: 'read', text, passphrase }, { name, signal })
    if (!encrypted) return { done: await read(null), passphrase: null }
    let passphrase = remembered
    for (let tries = 0; tries <= maxTries; tries++) {
      if (passphrase !== null) {
        const done = await read(passphrase).catch(orWrong)
        if (done) return { done, passphrase }
      }
      if (tries === maxTries) break
      const question: Question = {
        kind: 'secrets',
        from: { kind: 'hawser' },
        title: `Passphrase for ${name}`,
        text: passphrase === null ? 'Enter the key’s current passphrase.' : 'Incorrect passphrase.',
        prompts: [{ text: 'Passphrase', echo: false }],
        remember: false,
      }
      const answer = await this.#parts.prompter.ask(question, { asker: 'person', signal })
      if (answer?.kind !== 'secrets') throw cancelled()
      passphrase = answer.secrets[0] ?? ''
    }
    throw new AppError('key-unusable', `Incorrect passphrase: ${maxTries} attempts for the key ${name}.`)
  }

  #passphraseName(id: string): string {
    const name = id.replace(/^(file|vault):/, '')
    return id.startsWith('vault:') ? storedPassphraseName(vaultKeyName(name)) : filePassphraseName(name)
  }

  async #publicLine(key: KeyInfo, signal: AbortSignal): Promise<string> {
    if (key.publicKey !== null) return key.publicKey
    // A PEM file encrypts its public key too.
    const { done } = await this.#openKey(key.id, signal)
    return printPublicLine(done.type, done.blob, key.comment || key.name)
  }

  /** Returns a key in the form of a host's setting; null for a key that only the agent has. */
  #settingOf({ id, place, path, name }: KeyInfo): string | null {
    return place === 'agent' ? null : place === 'vault' ? `vault:${name}` : (path ?? id)
  }

  #socket(): string {
    const { agentSocket } = this.#parts
    if (agentSocket !== null) return agentSocket
    throw new AppError(
      'not-found',
      'No SSH agent is running. Start one with ssh-agent, then start Hawser from the same session.',
    )
  }
}

async function readGiven(path: string): Promise<string> {
  const found = await readRegularFile(path, maxBytes).catch((cause: unknown) => {
    if (cause instanceof AppError)
      throw new AppError('key-unusable', `${path} is not a key file. Choose another file.`, { cause })
    throw new AppError('not-found', `${path} doesn’t exist or can’t be read. Choose another file.`, { cause })
  })
  return decodeText(found.data)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function orWrong(error: unknown): null {
  if (error instanceof WrongPassphrase) return null
  throw error
}

function noPublicHalf(id: string): AppError {
  return new AppError('key-unusable', `The public key of ${id} can’t be read. Run ssh-keygen -y on it.`)
}
