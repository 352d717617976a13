import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { UnsentEdit } from '../../shared/contract/edits.ts'
import type { Follow } from '../ipc/mirror.ts'

export const useUnsent = create<{ readonly edits: readonly UnsentEdit[] }>()(() => ({ edits: [] }))

/** Keeps this window's list of changes that are not on their host yet equal to main's. */
export function mirrorUnsent({ edits }: Api, follow: Follow): Disposable {
  const show = (unsent: readonly UnsentEdit[]) => useUnsent.setState({ edits: unsent })
  return follow({ name: 'the files that are not sent yet', list: edits.unsent, onChanged: edits.onUnsent, show })
}
