import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { VaultStatus } from '../../shared/contract/vault.ts'
import type { Follow } from '../ipc/mirror.ts'

/** The purpose of the vault dialog. */
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

/** Mirrors the state of main's vault. */
export function mirrorVault({ vault }: Api, follow: Follow): Disposable {
  const show = (status: VaultStatus) => useVault.setState({ status })
  return follow({ name: 'the state of the vault', list: vault.status, onChanged: vault.onChanged, show })
}

/** Opens the vault so that a secret can be saved, setting it up or unlocking it if needed; false if the user cancels. */
export function openVault(): Promise<boolean> {
  const { status } = useVault.getState()
  if (status.state === 'unlocked' || status.state === 'session') return Promise.resolve(true)
  if (status.state === 'new') return status.keychain === false ? askVault('set-up') : Promise.resolve(true)
  return askVault('unlock')
}

/** Opens the vault dialog; resolves to true if it succeeded. */
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

/** The vault's state for the status bar and the settings. */
export function vaultText({ state, keychain }: VaultStatus): string {
  switch (state) {
    case 'new':
      return keychain === false ? 'No keychain' : 'No saved passwords'
    case 'session':
      return 'Passwords kept until quit'
    case 'unlocked':
      return 'Vault unlocked'
    case 'locked':
      return 'Vault locked'
  }
}
