import { toDisposable, type Disposable } from '../../../shared/base/lifecycle.ts'
import { targetKey } from '../../../shared/contract/targets.ts'
import type { TerminalState } from '../../../shared/contract/terminals.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { showNotice } from '../../mirrors/notices.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { isOpening, isReconnecting, useTerminalStates } from '../../mirrors/terminals.ts'
import { activateTab, activePane, allPanes, tabWith } from '../../workspace/workspace-store.ts'

type States = Readonly<Record<string, TerminalState>>

/**
 * Points to terminals that need somebody to sign in, once per target, since one sign-in serves all of its terminals;
 * unless the user is looking at one of them, which asks by itself.
 */
export function pointToSignIns(): Disposable {
  return toDisposable(
    useTerminalStates.subscribe(({ states }, { states: before }) => {
      const known = new Set([...asking(states), ...waiting(before)].map(keyOf))
      for (const pane of waiting(states)) {
        const tab = tabWith(pane.id)
        if (known.has(keyOf(pane)) || !tab) continue
        known.add(keyOf(pane))
        showNotice(`Sign-in needed for ${labelOf(pane.target)}.`, { label: 'Show', run: () => activateTab(tab.id) })
      }
    }),
  )
}

function waiting(states: States): readonly Pane[] {
  return allPanes().filter(({ id }) => states[id]?.kind === 'sign-in')
}

/** The panes in front that ask, or are about to. */
function asking(states: States): readonly Pane[] {
  const shown = tabWith(activePane()?.id ?? '')
  return Object.values(shown?.panes ?? {}).filter(({ id }) => isOpening(states[id]) || isReconnecting(states[id]))
}

function keyOf({ target }: Pane): string {
  return targetKey(target)
}
