import { AppError } from '../shared/base/errors.ts'
import type { Keychain } from '../main/storage/keychain.ts'

/** A keychain in memory; with `works` false it fails like a machine without one. */
export class FakeKeychain implements Keychain {
  readonly entries = new Map<string, string>()
  works = true

  async get(account: string): Promise<string | null> {
    this.#check()
    return this.entries.get(account) ?? null
  }

  async set(account: string, value: string): Promise<void> {
    this.#check()
    this.entries.set(account, value)
  }

  async delete(account: string): Promise<void> {
    this.#check()
    this.entries.delete(account)
  }

  #check(): void {
    if (!this.works) throw new AppError('no-keychain', 'There is no keychain')
  }
}
