import { toDisposable, type Disposable } from '../../../shared/base/lifecycle.ts'
import { showNotice } from '../../mirrors/notices.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { useTerminalStates } from '../../mirrors/terminals.ts'
import { activateTab, activePane, allPanes, tabWith } from '../../workspace/workspace-store.ts'

/** Points to each terminal that needs somebody to sign in, unless the user is looking at it. */
export function pointToSignIns(): Disposable {
  return toDisposable(
    useTerminalStates.subscribe(({ states }, { states: before }) => {
      const shown = tabWith(activePane()?.id ?? '')
      for (const pane of allPanes()) {
        const isNew = states[pane.id]?.kind === 'sign-in' && before[pane.id]?.kind !== 'sign-in'
        const tab = tabWith(pane.id)
        if (!isNew || !tab || tab === shown) continue
        showNotice(`Sign-in needed for ${labelOf(pane.target)}.`, { label: 'Show', run: () => activateTab(tab.id) })
      }
    }),
  )
}
