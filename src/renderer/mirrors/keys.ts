import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { KeyBook, KnownHostEntry } from '../../shared/contract/keys.ts'

interface KeysMirror {
  readonly book: KeyBook
  readonly loaded: boolean
  readonly knownHosts: readonly KnownHostEntry[]
}

export const useKeys = create<KeysMirror>()(() => ({
  book: { keys: [], folder: '', agent: false, vaultLocked: false },
  loaded: false,
  knownHosts: [],
}))

/** Mirrors main's keys and known hosts. The pages reload them when they open, since other programs write these files too. */
export function mirrorKeys(api: Api): Disposable {
  const stop = api.keys.onChanged(book => useKeys.setState({ book, loaded: true }))
  const stopHosts = api.knownHosts.onChanged(knownHosts => useKeys.setState({ knownHosts }))
  return {
    dispose: () => {
      stop.dispose()
      stopHosts.dispose()
    },
  }
}

/** Reads the keys anew. */
export async function loadKeys(api: Api): Promise<void> {
  useKeys.setState({ book: await api.keys.list(), loaded: true })
}

/** Reads known_hosts anew. */
export async function loadKnownHosts(api: Api): Promise<void> {
  useKeys.setState({ knownHosts: await api.knownHosts.list() })
}
