import { Lock } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { create } from 'zustand'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { VaultStatus } from '../../../shared/contract/vault.ts'
import type { Follow } from '../../ipc/mirror.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import ui from '../../ui/ui.module.css'

/** What the vault dialog is open for. */
type Wanted = 'unlock' | 'set-up' | 'change'

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

/** The dialog for setting up, unlocking and changing the master password. */
export function VaultDialog({ api }: { readonly api: Api }) {
  const wanted = useVault(state => state.wanted)
  const status = useVault(state => state.status)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  if (!wanted) return null
  const end = (done: boolean) => {
    setError(null)
    useVault.setState({ wanted: null })
    settle(done)
  }
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
      end(true)
    } catch (failure) {
      setError(messageOf(failure))
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const field = (name: string) => String(data.get(name) ?? '')
    if (wanted === 'unlock')
      return void run(() => api.vault.unlock({ password: status.protector === 'password' ? field('password') : null }))
    if (field('next').length < 8) return setError('A master password has at least 8 characters.')
    if (field('next') !== field('again')) return setError('The two passwords differ.')
    if (wanted === 'change')
      return void run(() => api.vault.changePassword({ current: field('password'), next: field('next') }))
    return void run(() => api.vault.protect({ by: 'password', password: field('next') }))
  }
  const { title, text } = words(wanted, status)
  return (
    <Dialog title={title} description={text} badge={<Lock size={18} />} width={420} onClose={() => end(false)}>
      <form style={{ display: 'contents' }} onSubmit={submit}>
        {(wanted === 'change' || (wanted === 'unlock' && status.protector === 'password')) && (
          <TextField label="Master password" name="password" type="password" />
        )}
        {wanted !== 'unlock' && (
          <>
            <TextField
              label="New master password"
              name="next"
              type="password"
              autoComplete="new-password"
              hint="At least 8 characters. It can’t be recovered."
            />
            <TextField label="Once more" name="again" type="password" autoComplete="new-password" />
          </>
        )}
        {error !== null && (
          <p className={ui['error']} role="alert">
            {error}
          </p>
        )}
        <Actions>
          {wanted === 'set-up' && status.state === 'new' && (
            <Button look="ghost" onClick={() => void run(() => api.vault.protect({ by: 'session' }))}>
              Keep for this run only
            </Button>
          )}
          <Grow />
          <Button onClick={() => end(false)}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy}>
            {wanted === 'unlock' ? 'Unlock' : 'Set master password'}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function words(wanted: Wanted, status: VaultStatus): { title: string; text: string } {
  if (wanted === 'unlock') {
    const text =
      status.protector === 'password'
        ? 'Type the master password to read and keep secrets.'
        : 'The key of the vault is in the system keychain.'
    return { title: 'Unlock the vault', text }
  }
  if (wanted === 'change') return { title: 'Change the master password', text: '' }
  const why = status.keychain === false ? 'There is no system keychain here. ' : ''
  return { title: 'Set a master password', text: `${why}Secrets are encrypted with it before they reach the disk.` }
}
