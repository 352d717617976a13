import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Vault } from './vault.ts'

type Contract = Services['vault']

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

  status: Contract['status'] = () => this.#vault.status

  protect: Contract['protect'] = by => this.#vault.protect(by)

  unlock: Contract['unlock'] = ({ password }) => this.#vault.unlock(password)

  lock: Contract['lock'] = () => this.#vault.lock()

  changePassword: Contract['changePassword'] = ({ current, next }) => this.#vault.changePassword(current, next)

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
