import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { Button } from '../../ui/button.tsx'
import { askVault, useVault, vaultText } from '../../mirrors/vault.ts'
import css from './vault-settings.module.css'

/** The vault's settings: its state and key, and its master password. */
export function VaultSettings({ api, onProblem }: { readonly api: Api; readonly onProblem: (text: string) => void }) {
  const status = useVault(state => state.status)
  const run = (work: Promise<unknown>) => void work.catch((error: unknown) => onProblem(messageOf(error)))
  const open = status.state === 'unlocked'
  return (
    <div className={css['vault']}>
      <h2>{vaultText(status)}</h2>
      <p>{explanation(status.state, status.protector, status.keychain)}</p>
      <div className={css['buttons']}>
        {status.state === 'locked' && (
          <Button small look="primary" onClick={() => run(askVault('unlock'))}>
            Unlock
          </Button>
        )}
        {open && (
          <Button small onClick={() => run(api.vault.lock())}>
            Lock now
          </Button>
        )}
        {open && status.protector === 'password' && (
          <Button small onClick={() => run(askVault('change'))}>
            Change master password
          </Button>
        )}
        {status.state !== 'locked' && status.protector !== 'password' && (
          <Button small onClick={() => run(askVault('set-up'))}>
            Set a master password
          </Button>
        )}
        {open && status.protector === 'password' && status.keychain !== false && (
          <Button small onClick={() => run(api.vault.protect({ by: 'keychain' }))}>
            Use system keychain
          </Button>
        )}
      </div>
    </div>
  )
}

function explanation(state: string, protector: string | null, keychain: boolean | null): string {
  if (state === 'session') return 'Saved passwords are cleared when Hawser quits.'
  if (protector === 'password') return 'Saved passwords are encrypted with your master password.'
  if (protector === 'keychain') return 'Saved passwords are encrypted. The key is in the system keychain.'
  return keychain === false
    ? 'No system keychain was found. Set a master password to save passwords.'
    : 'Passwords that you save are encrypted. The key is stored in the system keychain.'
}
