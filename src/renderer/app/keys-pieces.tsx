import { useMemo } from 'react'

import type { HostId } from '../../shared/contract/hosts.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { loadKeys } from '../mirrors/keys.ts'
import { tell } from '../mirrors/notices.ts'
import { openVault } from '../mirrors/vault.ts'
import { KeyDialogs } from '../features/keys/key-dialogs.tsx'
import type { Parts } from './boot.ts'

/** The dialogs of keys, with the hosts that they can be put on. */
export function KeyDialogsOf({ parts }: { readonly parts: Parts }) {
  const { api, actions } = parts
  const { hosts, config } = useHosts(state => state.book)
  const choices = useMemo(
    () => hosts.map(({ id, label }) => ({ id, label, fromConfig: id in config.hosts })),
    [hosts, config],
  )
  const signInWith = async (id: HostId, keyFile: string) => {
    const host = hosts.find(each => each.id === id)
    if (id in config.hosts) await api.hosts.editConfig({ id, changes: { identityFile: keyFile } })
    else if (host) await api.hosts.save({ host: { ...host, signIn: 'key', keyFile } })
    await loadKeys(api)
  }
  return (
    <KeyDialogs
      api={api}
      hosts={choices}
      copy={actions.copy}
      tell={tell}
      openVault={openVault}
      signInWith={signInWith}
    />
  )
}
