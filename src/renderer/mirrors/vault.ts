import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { VaultStatus } from '../../shared/contract/vault.ts'
import type { Follow } from '../ipc/mirror.ts'

/** What the vault dialog is open for. */
export type Wanted = 'unlock' | 'set-up' | 'change'

interface VaultState {
  readonly status: VaultStatus
  readonly wanted: Wanted | null
}

export const useVault = create<VaultState>()(() => ({
  status: { state: 'new', protector: null, keychain: null },
  wanted: null,
}))

let settle: (opened: boolean) => void = () => {}

/** Keeps this window's view of the vault equal to main's. */
export function mirrorVault({ vault }: Api, follow: Follow): Disposable {
  const show = (status: VaultStatus) => useVault.setState({ status })
  return follow({ name: 'the state of the vault', list: vault.status, onChanged: vault.onChanged, show })
}

/** Makes sure that the vault can take a secret: sets it up or unlocks it with the person; false when they cancel. */
export function openVault(): Promise<boolean> {
  const { status } = useVault.getState()
  if (status.state === 'unlocked' || status.state === 'session') return Promise.resolve(true)
  if (status.state === 'new') return status.keychain === false ? askVault('set-up') : Promise.resolve(true)
  return askVault('unlock')
}

/** Opens the dialog; true when it ended well. */
export function askVault(wanted: Wanted): Promise<boolean> {
  settle(false)
  return new Promise(resolve => {
    settle = resolve
    useVault.setState({ wanted })
  })
}

/** Closes the dialog; `opened` answers `askVault`. */
export function endVault(opened: boolean): void {
  useVault.setState({ wanted: null })
  settle(opened)
}

/** What the status bar and the settings say of the vault. */
export function vaultText({ state, protector, keychain }: VaultStatus): string {
  switch (state) {
    case 'new':
      return keychain === false ? 'No keychain' : 'Vault empty'
    case 'session':
      return 'Secrets for this run only'
    case 'unlocked':
      return 'Vault unlocked'
    case 'locked':
      return protector === 'password' ? 'Vault locked' : 'Vault locked'
  }
}
