import { create } from 'zustand'

import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { KeyBook, KeyInfo, KnownHostEntry } from '../../../shared/contract/keys.ts'

/** What is being done with a key in a dialog. */
export type KeyDialog =
  | { readonly kind: 'new' }
  | { readonly kind: 'import' }
  | {
      readonly kind: 'details' | 'put' | 'take-off' | 'passphrase' | 'agent' | 'export' | 'delete'
      readonly id: string
    }

interface KeysState {
  readonly book: KeyBook
  readonly loaded: boolean
  readonly filter: string
  readonly dialog: KeyDialog | null
  readonly knownHosts: readonly KnownHostEntry[]
}

export const useKeys = create<KeysState>()(() => ({
  book: { keys: [], folder: '', agent: false, vaultLocked: false },
  loaded: false,
  filter: '',
  dialog: null,
  knownHosts: [],
}))

/** Follows what main announces; the pages ask anew when they are opened, since other programs write these files too. */
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

export function openKeyDialog(dialog: KeyDialog | null): void {
  useKeys.setState({ dialog })
}

/** The keys that match, by any of their words. Pure. */
export function matchingKeys(keys: readonly KeyInfo[], filter: string): readonly KeyInfo[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return keys.filter(key => {
    const text = [key.name, key.type, key.comment, key.fingerprint ?? '', key.place, ...key.usedBy]
      .join(' ')
      .toLowerCase()
    return words.every(word => text.includes(word))
  })
}

/** `ED25519` with its size where types come in several. */
export function typeText({ type, bits }: KeyInfo): string {
  return type === 'RSA' || type === 'ECDSA' ? `${type} ${bits ?? ''}`.trim() : type
}
