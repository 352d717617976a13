import { create } from 'zustand'

import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Forward, ForwardBook, ForwardSnapshot } from '../../../shared/contract/forwards.ts'
import { builtInPresets, type Preset, type PresetId } from '../../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import type { Follow } from '../../ipc/mirror.ts'

/** The dialog that is open over the window, if any. */
export type ForwardDialog =
  | { readonly kind: 'form'; readonly forward: Forward | null; readonly target: Forward['target'] | null }
  | { readonly kind: 'preset'; readonly presetId: PresetId; readonly target: Forward['target'] | null }
  | { readonly kind: 'new-preset'; readonly preset: Preset | null }

interface ForwardsState {
  readonly book: ForwardBook
  readonly dialog: ForwardDialog | null
}

export const useForwards = create<ForwardsState>()(() => ({
  book: { forwards: [], found: [], foundMore: false, foundTroubles: [], presets: builtInPresets, rules: {} },
  dialog: null,
}))

/** Keeps this window's forwards equal to those of main. */
export function mirrorForwards({ forwards }: Api, follow: Follow): Disposable {
  const show = (book: ForwardBook) => useForwards.setState({ book })
  return follow({ name: 'the forwards', list: forwards.list, onChanged: forwards.onChanged, show })
}

export function openForwardDialog(dialog: ForwardDialog | null): void {
  useForwards.setState({ dialog })
}

/** The forwards that lead through a target. */
export function forwardsOf(all: readonly ForwardSnapshot[], target: Target): readonly ForwardSnapshot[] {
  const key = targetKey(target)
  return all.filter(({ forward }) => targetKey(forward.target) === key)
}

/** True for one that a person has switched on. */
export function isOn({ state }: ForwardSnapshot): boolean {
  return state.kind !== 'off' && state.kind !== 'failed'
}
