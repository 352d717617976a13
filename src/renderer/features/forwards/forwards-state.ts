import { create } from 'zustand'

import type { Forward } from '../../../shared/contract/forwards.ts'
import type { Preset, PresetId } from '../../../shared/contract/presets.ts'

/** The dialog that is open over the window, if any. */
export type ForwardDialog =
  | { readonly kind: 'form'; readonly forward: Forward | null; readonly target: Forward['target'] | null }
  | { readonly kind: 'preset'; readonly presetId: PresetId; readonly target: Forward['target'] | null }
  | { readonly kind: 'new-preset'; readonly preset: Preset | null }

export const useForwardsView = create<{ readonly dialog: ForwardDialog | null }>()(() => ({ dialog: null }))

export function openForwardDialog(dialog: ForwardDialog | null): void {
  useForwardsView.setState({ dialog })
}
