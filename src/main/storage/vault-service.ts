import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { VaultStatus } from '../../shared/contract/vault.ts'
import type { Vault } from './vault.ts'

type Contract = Services['vault']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

/** The vault for the window, with its automatic lock. */
export class VaultService implements Contract, Disposable {
  readonly onChanged
  readonly #vault: Vault
  readonly #lockAfterMinutes: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(vault: Vault, lockAfterMinutes: () => number) {
    this.#vault = vault
    this.onChanged = vault.onChanged
    this.#lockAfterMinutes = lockAfterMinutes
  }

  status(): VaultStatus {
    return this.#vault.status
  }

  protect(by: Input<'protect'>): Promise<void> {
    return this.#vault.protect(by)
  }

  unlock({ password }: Input<'unlock'>): Promise<void> {
    return this.#vault.unlock(password)
  }

  lock(): void {
    return this.#vault.lock()
  }

  changePassword({ current, next }: Input<'changePassword'>): Promise<void> {
    return this.#vault.changePassword(current, next)
  }

  /** Notes user activity, which restarts the timer of the automatic lock. */
  noteUse(): void {
    clearTimeout(this.#timer)
    const minutes = this.#lockAfterMinutes()
    if (minutes <= 0) return
    this.#timer = setTimeout(() => this.#vault.lock(), minutes * 60_000)
    this.#timer.unref()
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}
