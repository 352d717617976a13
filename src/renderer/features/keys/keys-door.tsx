import { Fingerprint, KeyRound } from 'lucide-react'
import { useMemo } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { HostId } from '../../../shared/contract/hosts.ts'
import { copyText } from '../../mirrors/copy-text.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { loadKeys, mirrorKeys } from '../../mirrors/keys.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { openVault } from '../../mirrors/vault.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { showHome } from '../../workspace/workspace-store.ts'
import { KeyDialogs } from './key-dialogs.tsx'
import { KeysPage } from './keys-page.tsx'
import { openKeyDialog, useKeysView } from './keys-state.ts'
import { KnownHostsPage } from './known-hosts-page.tsx'

/** Private keys, and the host keys in known_hosts. */
export function keysDoor({ api, store }: DoorContext) {
  store.add(mirrorKeys(api))
  const copy = (text: string) => copyText(api, text)
  return {
    pages: [
      {
        id: 'keys',
        text: 'Keys',
        icon: <KeyRound size={16} aria-hidden="true" />,
        place: 500,
        View: () => <KeysPage api={api} copy={copy} onProblem={reportProblem} />,
      },
      {
        id: 'known-hosts',
        text: 'Known hosts',
        icon: <Fingerprint size={16} aria-hidden="true" />,
        place: 510,
        View: () => <KnownHostsPage api={api} showNotice={showNotice} onProblem={reportProblem} />,
      },
    ],
    commands: [
      {
        id: 'keys',
        title: 'Go to keys',
        keywords: 'ssh key agent passphrase',
        keys: 'Mod+Shift+Y',
        run: () => showHome('keys'),
      },
      {
        id: 'known-hosts',
        title: 'Go to known hosts',
        keywords: 'fingerprint host key',
        keys: '',
        run: () => showHome('known-hosts'),
      },
    ],
    overlays: [
      {
        View: () => <Dialogs api={api} copy={copy} />,
        useOpen: () => useKeysView(state => state.dialog),
        close: () => openKeyDialog(null),
      },
    ],
  } satisfies Door
}

function Dialogs({ api, copy }: { readonly api: Api; readonly copy: (text: string) => void }) {
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
      copy={copy}
      showNotice={showNotice}
      openVault={openVault}
      signInWith={signInWith}
    />
  )
}
