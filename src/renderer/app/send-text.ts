import { tell } from '../features/notices/notices.tsx'
import type { Terminals } from '../features/terminals/terminals.ts'
import { isLive, useTerminals } from '../features/terminals/terminals-store.ts'
import { activePane, allPanes, useWorkspace } from '../workspace/workspace-store.ts'
import type { Pane } from '../../shared/contract/workspace.ts'
import { labelOf } from './actions.ts'

/** Sends text to the terminal that had the keyboard last, as one paste and Enter: what an IDE does with its console. */
export interface TextSender {
  /** The name of that terminal; null while there is none. */
  name(): string | null
  send(text: string): void
}

export function createTextSender(terminals: Terminals): TextSender {
  let last: string | undefined
  useWorkspace.subscribe(state => {
    last = activePane(state)?.id ?? last
  })
  const current = (): Pane | undefined => {
    const { states } = useTerminals.getState()
    const live = allPanes().filter(each => isLive(states[each.id]))
    return live.find(each => each.id === last) ?? live[0]
  }
  return {
    name: () => {
      const pane = current()
      return pane ? labelOf(pane.target) : null
    },
    send: text => {
      const pane = current()
      if (!pane) return tell('There is no live terminal to send to. Open one on a host first.')
      if (text.trim() === '') return tell('Nothing is selected.')
      terminals.pasteText(pane.id, text, { run: true })
    },
  }
}
