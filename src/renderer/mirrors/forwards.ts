import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { ForwardBook, ForwardSnapshot } from '../../shared/contract/forwards.ts'
import { builtInPresets } from '../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Follow } from '../ipc/mirror.ts'

interface ForwardsMirror {
  readonly book: ForwardBook
}

export const useForwards = create<ForwardsMirror>()(() => ({
  book: { forwards: [], found: [], foundMore: false, foundTroubles: [], presets: builtInPresets, rules: {} },
}))

/** Mirrors main's forwards. */
export function mirrorForwards({ forwards }: Api, follow: Follow): Disposable {
  const show = (book: ForwardBook) => useForwards.setState({ book })
  return follow({ name: 'the forwards', list: forwards.list, onChanged: forwards.onChanged, show })
}

/** The forwards through a target. */
export function forwardsOf(all: readonly ForwardSnapshot[], target: Target): readonly ForwardSnapshot[] {
  const key = targetKey(target)
  return all.filter(({ forward }) => targetKey(forward.target) === key)
}

/** True for a forward that the user has started. */
export function isOn({ state }: ForwardSnapshot): boolean {
  return state.kind !== 'off' && state.kind !== 'failed'
}
