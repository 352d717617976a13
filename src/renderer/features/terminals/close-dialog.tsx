import { TriangleAlert } from 'lucide-react'

import { shownName } from '../../../shared/base/shown-name.ts'
import type { TerminalId } from '../../../shared/contract/terminals.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { closePane, closeTab, tabWith, useWorkspace } from '../../workspace/workspace-store.ts'
import { isLive, isOpening, useTerminalStates } from '../../mirrors/terminals.ts'
import type { Terminals } from './terminals.ts'
import { useTerminals } from './terminals-state.ts'
import { type Closable } from '../../workspace/requests.ts'

const longestCommand = 120

/** Closes a tab or pane. Asks first if the settings say so for the programs or shells that would end with it. */
export function requestClose(terminals: Terminals, what: Closable): void {
  const { states } = useTerminalStates.getState()
  const live = panesIn(what).filter(id => isLive(states[id]))
  const wanted = terminals.confirmClose
  // What runs in a session of the host goes on without the terminal that is attached to it.
  const goesOn = (id: string) => tabWith(id)?.panes[id]?.run !== undefined
  const mayEnd = (id: string) => !goesOn(id) && terminals.runningIn(id) !== null
  const asked = wanted === 'never' ? [] : live.filter(id => wanted === 'always' || mayEnd(id))
  if (asked.length === 0) return close(terminals, what)
  useTerminals.setState({
    closing: { what, running: asked.filter(id => !goesOn(id)).map(id => terminals.runningIn(id)) },
  })
}

/** Asks before a tab or pane with a running program or shell is closed. */
export function CloseDialog({ terminals }: { readonly terminals: Terminals }) {
  const closing = useTerminals(state => state.closing)
  if (!closing) return null
  const { what, running } = closing
  const noun = what.kind
  const leave = () => {
    useTerminals.setState({ closing: null })
    const [first] = panesIn(what)
    if (first !== undefined) terminals.focus(first)
  }
  return (
    <Dialog
      alert
      title={`Close this ${noun}?`}
      description={sentenceOf(running)}
      badge={<TriangleAlert size={18} />}
      tone="warn"
      onClose={leave}
    >
      <Actions>
        <Grow />
        <Button onClick={leave}>Cancel</Button>
        <Button
          look="danger"
          onClick={() => {
            useTerminals.setState({ closing: null })
            close(terminals, what)
          }}
        >{`Close ${noun}`}</Button>
      </Actions>
    </Dialog>
  )
}

function sentenceOf(running: readonly (string | null)[]): string {
  if (running.length === 0) return 'Its session keeps running on the host.'
  const programs = running.filter(each => each !== null)
  const [only] = programs
  if (only === undefined)
    return running.length === 1 ? 'Its shell will be terminated.' : `${running.length} shells will be terminated.`
  if (programs.length > 1) return `${programs.length} programs are still running and will be terminated.`
  const name = only === '' ? 'A program' : `“${shownName(only.slice(0, longestCommand))}”`
  return `${name} is still running and will be terminated.`
}

function panesIn(what: Closable): readonly string[] {
  if (what.kind === 'pane') return tabWith(what.paneId) ? [what.paneId] : []
  const tab = useWorkspace.getState().tabs.find(({ id }) => id === what.tabId)
  return tab?.kind === 'terminals'
    ? [tab.activePane, ...Object.keys(tab.panes).filter(id => id !== tab.activePane)]
    : []
}

function close(terminals: Terminals, what: Closable): void {
  const { states } = useTerminalStates.getState()
  // Nobody would understand a question about a tab that is gone.
  for (const id of panesIn(what)) if (isOpening(states[id])) terminals.cancel(id as TerminalId)
  if (what.kind === 'pane') closePane(what.paneId)
  else closeTab(what.tabId)
}
