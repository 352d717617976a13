import { create } from 'zustand'

import type { KeyInfo } from '../../../shared/contract/keys.ts'

/** What is being done with a key in a dialog. */
export type KeyDialog =
  | { readonly kind: 'new' }
  | { readonly kind: 'import' }
  | {
      readonly kind: 'details' | 'put' | 'take-off' | 'passphrase' | 'agent' | 'export' | 'delete'
      readonly id: string
    }

interface KeysView {
  readonly filter: string
  readonly dialog: KeyDialog | null
}

export const useKeysView = create<KeysView>()(() => ({
  filter: '',
  dialog: null,
}))

export function openKeyDialog(dialog: KeyDialog | null): void {
  useKeysView.setState({ dialog })
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
