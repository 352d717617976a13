import { Lock } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { VaultStatus } from '../../../shared/contract/vault.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import { endVault, useVault, type Wanted } from '../../mirrors/vault.ts'

/** The dialog for setting up, unlocking and changing the master password. */
export function VaultDialog({ api }: { readonly api: Api }) {
  const wanted = useVault(state => state.wanted)
  const status = useVault(state => state.status)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  if (!wanted) return null
  const end = (done: boolean) => {
    setError(null)
    endVault(done)
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
    if (field('next').length < 8) return setError('The master password must have at least 8 characters.')
    if (field('next') !== field('again')) return setError('The passwords don’t match.')
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
              hint="At least 8 characters. If you forget it, it can’t be recovered."
            />
            <TextField label="Confirm password" name="again" type="password" autoComplete="new-password" />
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
              Keep until Hawser quits
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
        ? 'Enter the master password to use saved passwords.'
        : 'The vault’s key is in the system keychain.'
    return { title: 'Unlock vault', text }
  }
  if (wanted === 'change') return { title: 'Change master password', text: '' }
  const why = status.keychain === false ? 'No system keychain was found. ' : ''
  return { title: 'Set a master password', text: `${why}The master password encrypts your saved passwords.` }
}
