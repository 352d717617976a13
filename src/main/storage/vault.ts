import { randomUUID } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { VaultStatus } from '../../shared/contract/vault.ts'
import type { JsonFile } from './json-file.ts'
import type { Keychain } from './keychain.ts'
import {
  newVaultKey,
  sealSecrets,
  unsealSecrets,
  unwrapKey,
  wrapKey,
  type Protector,
  type Secrets,
  type VaultFile,
} from './vault-format.ts'

/** The state while secrets are readable. `key` is null if they are only kept in memory until Hawser quits. */
interface Opened {
  readonly id: string
  readonly key: Buffer | null
  readonly protector: Protector | null
  readonly secrets: Secrets
}

/**
 * The only place that stores secrets: encrypted on disk with a key protected by the system's keychain or a master
 * password, or in memory if the user chose so. Never in plain text on disk.
 */
export class Vault implements Disposable {
  readonly #changed = new Emitter<VaultStatus>()
  readonly onChanged = this.#changed.event
  readonly #file: JsonFile<VaultFile>
  readonly #keychain: Keychain
  #opened: Opened | undefined
  #keychainWorks: boolean | null = null
  // Locked on purpose: only the user unlocks it again, not the next sign-in.
  #held = false
  #writes: Promise<unknown> = Promise.resolve()
  // Counts locks: an operation started before a lock must not open the vault after it.
  #epoch = 0

  constructor(file: JsonFile<VaultFile>, keychain: Keychain) {
    this.#file = file
    this.#keychain = keychain
  }

  get status(): VaultStatus {
    const stored = this.#file.value
    const by = stored?.protector.by ?? null
    const keychain = this.#keychainWorks
    if (this.#opened?.key === null) return { state: 'session', protector: null, keychain }
    if (this.#opened) return { state: 'unlocked', protector: by, keychain }
    return { state: stored === null ? 'new' : 'locked', protector: by, keychain }
  }

  /** True while a vault on disk can't be read. */
  get locked(): boolean {
    return this.#opened === undefined && this.#file.value !== null
  }

  /** True if a secret can be saved without asking: unlocked, in memory only, or new with a working keychain. */
  async ready(): Promise<boolean> {
    if (this.#opened) return true
    if (this.#file.value === null) return this.#tryKeychain()
    if (this.#held || this.#file.value.protector.by !== 'keychain') return false
    return this.unlock(null).then(
      () => true,
      () => false,
    )
  }

  /** Returns a secret, or null if it doesn't exist or the vault is locked. */
  async get(name: string): Promise<string | null> {
    if (!this.#opened && !this.#held && this.#file.value?.protector.by === 'keychain')
      await this.unlock(null).catch(() => {})
    return this.#opened?.secrets.get(name) ?? null
  }

  /** Saves a secret; null deletes it. Errors: `vault-locked` or `no-keychain` with the next step. */
  async set(name: string, secret: string | null): Promise<void> {
    const epoch = this.#epoch
    await this.#serially(async () => {
      const opened = await this.#openForWriting()
      this.#mustNotBeLocked(epoch)
      const secrets = new Map(opened.secrets)
      if (secret === null) secrets.delete(name)
      else secrets.set(name, secret)
      await this.#store({ ...opened, secrets }, epoch)
    })
  }

  /** Saves several new secrets at once. Errors: `exists` if one of the names is taken, and those of `set`. */
  async add(entries: ReadonlyMap<string, string>): Promise<void> {
    const epoch = this.#epoch
    await this.#serially(async () => {
      const opened = await this.#openForWriting()
      this.#mustNotBeLocked(epoch)
      if ([...entries.keys()].some(name => opened.secrets.has(name)))
        throw new AppError('exists', 'A vault entry with this name already exists. Choose another name.')
      await this.#store({ ...opened, secrets: new Map([...opened.secrets, ...entries]) }, epoch)
    })
  }

  /** Deletes every secret for which `keep` is false; does nothing while locked. */
  async sweep(keep: (name: string) => boolean): Promise<void> {
    const epoch = this.#epoch
    await this.#serially(async () => {
      const opened = this.#opened
      if (!opened) return
      const kept = new Map([...opened.secrets].filter(([name]) => keep(name)))
      if (kept.size < opened.secrets.size) await this.#store({ ...opened, secrets: kept }, epoch)
    })
  }

  /** The names in the vault; empty while locked. */
  names(): readonly string[] {
    return [...(this.#opened?.secrets.keys() ?? [])]
  }

  /** Creates the vault, or changes the protector of an open one. */
  async protect(by: { by: 'keychain' } | { by: 'password'; password: string } | { by: 'session' }): Promise<void> {
    const epoch = this.#epoch
    await this.#serially(async () => {
      if (this.#file.value !== null && !this.#opened) throw locked()
      const secrets = this.#opened?.secrets ?? new Map<string, string>()
      if (by.by === 'session') {
        if (this.#file.value !== null) throw new AppError('invalid-input', 'The vault on disk is already in use.')
        this.#open({ id: randomUUID(), key: null, protector: null, secrets })
        return
      }
      // A new key under a new name: until the file is safely written, the old ones still open it.
      const [id, key, old] = [randomUUID(), newVaultKey(), this.#file.value]
      if (by.by === 'keychain') await this.#keychain.set(id, key.toString('base64'))
      const protector: Protector = by.by === 'keychain' ? { by: 'keychain' } : await wrapKey(key, by.password, id)
      await this.#reprotect({ id, key, protector, secrets }, epoch)
      if (old?.protector.by === 'keychain') await this.#keychain.delete(old.id).catch(() => {})
    })
  }

  /** Unlocks the vault: with the master password, or null for the keychain. */
  async unlock(password: string | null): Promise<void> {
    const stored = this.#file.value
    if (this.#opened || stored === null) return
    const epoch = this.#epoch
    const key = await this.#keyOf(stored, password)
    const secrets = unsealSecrets(key, stored.id, stored.secrets)
    if (secrets === undefined)
      throw new AppError(
        'vault-locked',
        'This key does not unlock the vault. The vault file may come from another computer.',
      )
    // The vault was unlocked, locked or replaced in the meantime, which takes precedence.
    if (this.#opened || epoch !== this.#epoch || stored !== this.#file.value) return
    this.#open({ id: stored.id, key, protector: stored.protector, secrets })
  }

  /**
   * Discards the key and every secret until the next unlock. Secrets kept in memory only stay, since they exist nowhere
   * else.
   */
  lock(): void {
    // Operations in progress count every lock, even of a vault that is just being created.
    this.#epoch++
    if (this.#opened?.key === null) return
    if (this.#file.value === null) return void (this.#held = true)
    this.#held = true
    this.#opened?.key?.fill(0)
    this.#opened = undefined
    this.#changed.fire(this.status)
  }

  /** Protects the vault key with a new master password. */
  async changePassword(current: string, next: string): Promise<void> {
    const epoch = this.#epoch
    await this.#serially(async () => {
      const stored = this.#file.value
      if (stored?.protector.by !== 'password') throw new AppError('invalid-input', 'The vault has no master password.')
      const key = await this.#keyOf(stored, current)
      const secrets = unsealSecrets(key, stored.id, stored.secrets)
      if (secrets === undefined) throw locked()
      // The key changes too: an old copy of the file with the old password doesn't decrypt anything new.
      const fresh = newVaultKey()
      const protector = await wrapKey(fresh, next, stored.id)
      await this.#reprotect({ id: stored.id, key: fresh, protector, secrets }, epoch)
    })
  }

  /** Resolves once everything requested so far is done. */
  async settled(): Promise<void> {
    await this.#writes
  }

  dispose(): void {
    this.#opened?.key?.fill(0)
    this.#opened = undefined
    this.#changed.dispose()
  }

  async #keyOf(stored: NonNullable<VaultFile>, password: string | null): Promise<Buffer> {
    if (stored.protector.by === 'password') {
      if (password === null) throw locked()
      const key = await unwrapKey(stored.protector, password, stored.id)
      if (key === undefined) throw new AppError('vault-wrong-password', 'Incorrect master password.')
      return key
    }
    const text = await this.#keychain.get(stored.id).catch((error: unknown) => {
      this.#noteKeychain(false)
      throw error
    })
    this.#noteKeychain(true)
    // Not from Node's shared pool, which other buffers are part of.
    const key = Buffer.allocUnsafeSlow(32)
    const decoded = Buffer.from(text ?? '', 'base64')
    decoded.copy(key)
    if (decoded.length !== 32)
      throw new AppError('vault-locked', 'The vault’s key is no longer in the keychain, so its secrets can’t be read.')
    return key
  }

  async #openForWriting(): Promise<Opened> {
    if (this.#opened) return this.#opened
    if (this.#file.value !== null) {
      if (!this.#held && this.#file.value.protector.by === 'keychain') await this.unlock(null)
      if (!this.#opened) throw locked()
      return this.#opened
    }
    const [id, key] = [randomUUID(), newVaultKey()]
    await this.#keychain.set(id, key.toString('base64')).catch((error: unknown) => {
      this.#noteKeychain(false)
      throw error
    })
    this.#noteKeychain(true)
    return { id, key, protector: { by: 'keychain' }, secrets: new Map() }
  }

  // A lock overwrites the key: nothing may be encrypted with the remains.
  #mustNotBeLocked(epoch: number): void {
    if (epoch !== this.#epoch) throw locked()
  }

  async #reprotect(next: Opened, epoch: number): Promise<void> {
    await this.#store(next, epoch)
    // Twice, so that the backup copy has the new protector too.
    if (this.#file.value !== null) await this.#file.save(this.#file.value)
  }

  /** Writes it, and opens the vault with it unless it was locked since the operation started, in `epoch`. */
  async #store(next: Opened, epoch: number): Promise<void> {
    if (next.key !== null && next.protector !== null) {
      await this.#file.save({
        id: next.id,
        protector: next.protector,
        secrets: sealSecrets(next.key, next.id, next.secrets),
      })
    }
    if (epoch === this.#epoch) this.#open(next)
    else next.key?.fill(0)
  }

  #open(opened: Opened): void {
    this.#opened = opened
    this.#held = false
    this.#changed.fire(this.status)
  }

  async #tryKeychain(): Promise<boolean> {
    // Once per run is enough: a missing keychain doesn't appear later.
    if (this.#keychainWorks === null) {
      this.#noteKeychain(
        await this.#keychain.get('probe').then(
          () => true,
          () => false,
        ),
      )
    }
    return this.#keychainWorks === true
  }

  #noteKeychain(works: boolean): void {
    if (this.#keychainWorks === works) return
    this.#keychainWorks = works
    this.#changed.fire(this.status)
  }

  // Two concurrent writers would each encrypt the secrets without the other's.
  #serially<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(run, run)
    this.#writes = result.catch(() => {})
    return result
  }
}

function locked(): AppError {
  return new AppError('vault-locked', 'The vault is locked. Unlock it in Settings > Security.')
}
