import { create } from 'zustand'

import { toDisposable, type DisposableStore } from '../../../shared/base/lifecycle.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { showNotice } from '../../mirrors/notices.ts'
import { labelOf } from '../../mirrors/targets.ts'
import type { Terminals } from './terminals.ts'
import { isLive, useTerminalStates } from '../../mirrors/terminals.ts'
import type { TextSender } from '../../workspace/shells.ts'
import { activePane, allPanes, useWorkspace } from '../../workspace/workspace-store.ts'

/** Makes the one sender of this window; it follows which terminal was used last. */
export function createTextSender(terminals: Terminals, store: DisposableStore): TextSender {
  const useCurrent = create<{ readonly last: string | null; readonly name: string | null; readonly count: number }>()(
    () => ({ last: null, name: null, count: 0 }),
  )
  // Never another terminal than the one a person used: the command would run on a machine they did not mean.
  const current = (): Pane | undefined => {
    const { states } = useTerminalStates.getState()
    const all = allPanes()
    const used = all.find(each => each.id === useCurrent.getState().last)
    const live = all.filter(each => isLive(states[each.id]))
    return used ?? (live.length === 1 ? live[0] : undefined)
  }
  const follow = () => {
    const last = activePane()?.id ?? useCurrent.getState().last
    if (last !== useCurrent.getState().last) useCurrent.setState({ last })
    const pane = current()
    const name = pane && isLive(useTerminalStates.getState().states[pane.id]) ? labelOf(pane.target) : null
    if (name !== useCurrent.getState().name) useCurrent.setState({ name })
  }
  for (const stop of [useWorkspace.subscribe(follow), useTerminalStates.subscribe(follow)])
    store.add(toDisposable(stop))
  return {
    useName: () => useCurrent(state => state.name),
    useCount: () => useCurrent(state => state.count),
    send: (text, paneId) => {
      const pane = paneId === undefined ? current() : allPanes().find(each => each.id === paneId)
      if (!pane) return showNotice('Click the target terminal, then send again.')
      if (!isLive(useTerminalStates.getState().states[pane.id]))
        return showNotice(`The terminal on ${labelOf(pane.target)} is not connected. Reconnect it, then send again.`)
      if (text.trim() === '') return showNotice('Nothing is selected.')
      // What is sent from a file is meant to run, line for line if need be; what was copied somewhere may not be.
      terminals.pasteText(pane.id, text, { run: true, confirmed: paneId === undefined })
      useCurrent.setState(({ count }) => ({ count: count + 1 }))
    },
  }
}
