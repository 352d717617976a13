import { Lock, LockOpen } from 'lucide-react'

import { reportProblem } from '../../mirrors/notices.ts'
import { askVault, mirrorVault, useVault, vaultText } from '../../mirrors/vault.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { useWorkspace } from '../../workspace/workspace-store.ts'
import { VaultDialog } from './vault-dialog.tsx'

/** The vault: its dialog, and its state on Home. */
export function vaultDoor({ api, follow, store }: DoorContext) {
  store.add(mirrorVault(api, follow))
  const stateIs = (wanted: 'locked' | 'unlocked') => () => useVault.getState().status.state === wanted
  return {
    commands: [
      {
        id: 'lock-vault',
        title: 'Lock vault',
        keys: '',
        when: stateIs('unlocked'),
        run: () => void api.vault.lock().catch(reportProblem),
      },
      {
        id: 'unlock-vault',
        title: 'Unlock vault',
        keys: '',
        when: stateIs('locked'),
        run: () => void askVault('unlock'),
      },
    ],
    overlays: [{ View: () => <VaultDialog api={api} /> }],
    statusHere: VaultHere,
  } satisfies Door
}

function VaultHere() {
  const home = useWorkspace(state => state.activeId === 'home')
  const status = useVault(state => state.status)
  if (!home) return null
  return (
    <span>
      {status.state === 'locked' ? <Lock size={12} aria-hidden="true" /> : <LockOpen size={12} aria-hidden="true" />}{' '}
      {vaultText(status)}
    </span>
  )
}
