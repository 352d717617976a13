import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Side, SideSnapshot, SideState } from '../../shared/contract/files.ts'

interface SidesMirror {
  /** Connection states by `sideText()`. */
  readonly sides: Readonly<Record<string, SideState>>
}

export const useSides = create<SidesMirror>()(() => ({ sides: {} }))

/** Mirrors main's list of sides. */
export function mirrorSides(api: Api): Disposable {
  const show = (all: readonly SideSnapshot[]) =>
    useSides.setState({ sides: Object.fromEntries(all.map(({ side, state }) => [sideText(side), state])) })
  return api.files.onSides(show)
}

/** A key for a side. */
export function sideText(side: Side): string {
  return JSON.stringify(side)
}
