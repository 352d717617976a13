import type { SessionRun } from '../../../shared/contract/session-run.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { isLive, useTerminalStates } from '../../mirrors/terminals.ts'
import { activateTab, allPanes, focusPane, openTab, tabWith } from '../../workspace/workspace-store.ts'
import type { Terminals } from './terminals.ts'

/** Shows the pane that is attached to a session, and connects it; opens a tab for it if there is none. */
export function attachSession(terminals: Terminals, target: Target, run: SessionRun): void {
  const there = allPanes().find(pane => targetKey(pane.target) === targetKey(target) && isSame(pane.run, run))
  const tab = there && tabWith(there.id)
  if (tab) {
    activateTab(tab.id)
    focusPane(there.id)
  }
  const pane = there ?? openTab(target, `${run.session} · ${labelOf(target)}`.slice(0, 256), run)
  // After the pane is drawn: its size goes with the request.
  requestAnimationFrame(() => {
    if (isLive(useTerminalStates.getState().states[pane.id])) terminals.focus(pane.id)
    else void terminals.open(pane.id, pane.target)
  })
}

function isSame(a: SessionRun | undefined, b: SessionRun): boolean {
  if (a?.kind !== b.kind) return false
  if (a.kind !== 'tmux' || b.kind !== 'tmux') return a.session === b.session
  if (a.socket !== b.socket) return false
  // A renamed session keeps its id; the creation time tells apart the ids of two servers.
  if (a.known && b.known) return a.known.id === b.known.id && a.known.created === b.known.created
  return nameAtStart(a) === nameAtStart(b)
}

/** A pane whose shell is kept in a session knows the name that this was started under. */
function nameAtStart({ session, kept }: Extract<SessionRun, { kind: 'tmux' }>): string {
  return kept ?? session
}
