import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { UnsentEdit } from '../../shared/contract/edits.ts'
import type { Follow } from '../ipc/mirror.ts'

export const useUnsent = create<{ readonly edits: readonly UnsentEdit[] }>()(() => ({ edits: [] }))

/** Mirrors main's list of edits that have not been uploaded. */
export function mirrorUnsent({ edits }: Api, follow: Follow): Disposable {
  const show = (unsent: readonly UnsentEdit[]) => useUnsent.setState({ edits: unsent })
  return follow({ name: 'the edits waiting for upload', list: edits.unsent, onChanged: edits.onUnsent, show })
}
