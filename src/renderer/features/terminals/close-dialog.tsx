import { Layers, TriangleAlert } from 'lucide-react'
import { useRef, useState } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { TerminalId } from '../../../shared/contract/terminals.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { changeSettings, useSettings } from '../../mirrors/settings.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { isKept } from '../../workspace/kept-session.ts'
import { isTmuxTab, tabsOfSession, type TmuxTab } from '../../workspace/tmux-tabs.ts'
import { closePane, closeTab, tabWith, useWorkspace } from '../../workspace/workspace-store.ts'
import { isLive, isOpening, useTerminalStates } from '../../mirrors/terminals.ts'
import type { Terminals } from './terminals.ts'
import { useTerminals, type ClosingRequest } from './terminals-state.ts'
import type { Closable, Requests } from '../../workspace/requests.ts'

const longestCommand = 120

export interface CloseParts {
  readonly api: Api
  readonly requests: Pick<Requests, 'relistSessions'>
  readonly terminals: Terminals
}

/** Closes a tab or pane. Asks first if the settings say so for the programs or shells that would end with it. */
export function requestClose(parts: CloseParts, asked: Closable): void {
  const what = asTab(asked)
  const tab = tmuxTabOf(what)
  const others = tab ? tabsOfSession(tab.tmux.session).length - 1 : 0
  if (tab && what.kind === 'tab' && others > 0) return requestCloseWindow(parts, what, { tab, tabs: others + 1 })
  const { terminals } = parts
  const { states } = useTerminalStates.getState()
  const { confirmCloseTab: wanted, closeKept: forKept } = useSettings.getState().settings.terminal
  const live = panesIn(what).filter(id => isLive(states[id]))
  // What runs in a session of the host goes on without the terminal that is attached to it, but not without its pane.
  const endsPane = tab !== undefined && what.kind === 'pane'
  const goesOn = (id: string) => !endsPane && tabWith(id)?.panes[id]?.run !== undefined
  const mayEnd = (id: string) => !goesOn(id) && terminals.runningIn(id) !== null
  const toAsk = wanted === 'never' ? [] : live.filter(id => wanted === 'always' || mayEnd(id))
  const running = toAsk.filter(id => !goesOn(id)).map(id => terminals.runningIn(id))
  const kept = endsPane ? [] : keptAmong(live)
  const closeKept = kept.length === 0 ? 'detach' : forKept
  if (closeKept === 'ask') return useTerminals.setState({ closing: { what, running, kept } })
  if (toAsk.length > 0) return useTerminals.setState({ closing: { what, running, kept: [] } })
  closeKeptAs(closeKept, { ...parts, what, kept })
}

function requestCloseWindow(
  parts: CloseParts,
  what: Closable,
  { tab, tabs }: { readonly tab: TmuxTab; readonly tabs: number },
): void {
  const { terminals } = parts
  const { states } = useTerminalStates.getState()
  const live = panesIn(what).filter(id => isLive(states[id]))
  const canClose = live.length > 0
  if (canClose && useSettings.getState().settings.terminal.confirmCloseTab === 'never') return close(terminals, what)
  const running = live.map(id => terminals.runningIn(id)).filter(each => each !== null)
  const title = tab.title ?? tab.panes[tab.activePane]?.title ?? tab.tmux.name
  useTerminals.setState({ closing: { what, running, kept: [], window: { title, tabs, canClose } } })
}

/** The last pane of a window is closed as its tab. */
function asTab(what: Closable): Closable {
  const tab = tmuxTabOf(what)
  return tab && Object.keys(tab.panes).length === 1 ? { kind: 'tab', tabId: tab.id } : what
}

function tmuxTabOf(what: Closable): TmuxTab | undefined {
  const { tabs } = useWorkspace.getState()
  const tab = what.kind === 'pane' ? tabWith(what.paneId) : tabs.find(({ id }) => id === what.tabId)
  return isTmuxTab(tab) ? tab : undefined
}

/** One pane of each session that Hawser keeps. */
function keptAmong(ids: readonly string[]): readonly Pane[] {
  const panes = ids.flatMap(id => tabWith(id)?.panes[id] ?? []).filter(isKept)
  return [...new Map(panes.map(pane => [pane.run?.session, pane])).values()]
}

function closeKeptAs(
  choice: 'detach' | 'end',
  { what, kept, ...parts }: CloseParts & { readonly what: Closable; readonly kept: readonly Pane[] },
): void {
  if (choice === 'end') endSessions(parts, kept)
  close(parts.terminals, what)
  // A reopened tab attaches again, so nothing has to run on for it.
  for (const { id } of kept) parts.terminals.cancel(id)
  for (const { target } of kept) parts.requests.relistSessions(target)
}

/** Asks before a tab or pane with a running program or shell is closed. */
export function CloseDialog(parts: CloseParts) {
  const closing = useTerminals(state => state.closing)
  if (!closing) return null
  if (closing.window) return <CloseWindow closing={closing} window={closing.window} {...parts} />
  return closing.kept.length > 0 ? (
    <CloseKept closing={closing} {...parts} />
  ) : (
    <CloseRunning closing={closing} {...parts} />
  )
}

interface CloseProps extends CloseParts {
  readonly closing: ClosingRequest
}

/** Asks what becomes of the sessions that keep the shells of a tab or pane. */
function CloseKept({ closing: { what, running, kept }, ...parts }: CloseProps) {
  const { api, terminals } = parts
  const [always, setAlways] = useState(false)
  const detach = useRef<HTMLButtonElement>(null)
  const [only] = kept
  const name = kept.length === 1 && only?.run ? shownName(only.run.session) : `${kept.length} sessions`
  const choose = (choice: 'detach' | 'end') => {
    useTerminals.setState({ closing: null })
    if (always) void changeSettings(api, 'terminal', { closeKept: choice }).catch(reportProblem)
    closeKeptAs(choice, { ...parts, what, kept })
  }
  const goesOn = kept.length === 1 ? 'the session keeps running' : 'the sessions keep running'
  return (
    <Dialog
      alert
      title={`Close ${name}`}
      description={`${running.length > 0 ? `${sentenceOf(running)} ` : ''}If you detach, ${goesOn} on the host. Ending terminates what runs there.`}
      badge={<Layers size={18} />}
      initialFocus={detach}
      onClose={() => leave(what, terminals)}
    >
      <Checkbox
        label="Remember my choice"
        checked={always}
        onChange={event => setAlways(event.currentTarget.checked)}
      />
      <Actions>
        <Grow />
        <Button onClick={() => leave(what, terminals)}>Cancel</Button>
        <Button look="danger" onClick={() => choose('end')}>
          {kept.length === 1 ? 'End session' : 'End sessions'}
        </Button>
        <Button ref={detach} look="primary" onClick={() => choose('detach')}>
          Detach
        </Button>
      </Actions>
    </Dialog>
  )
}

/** Asks what becomes of a window of a tmux session, which has other windows in other tabs. */
function CloseWindow({
  closing: { what, running },
  window: { title, tabs, canClose },
  terminals,
}: CloseProps & { readonly window: NonNullable<ClosingRequest['window']> }) {
  const ends = !canClose
    ? 'Without a connection, tmux can’t close a single window.'
    : running.length > 0
      ? sentenceOf(running)
      : 'Closing this tmux window ends its shells.'
  const tab = tmuxTabOf(what)
  const end = (run: () => void) => {
    useTerminals.setState({ closing: null })
    run()
  }
  return (
    <Dialog
      alert
      title={`Close ${title}`}
      description={`${ends} If you detach, the session keeps running on the host, and its ${tabs} tabs close.`}
      badge={<Layers size={18} />}
      onClose={() => leave(what, terminals)}
    >
      <Actions>
        <Grow />
        <Button onClick={() => leave(what, terminals)}>Cancel</Button>
        <Button onClick={() => end(() => (tab ? terminals.tmux.leave(tab.activePane) : undefined))}>Detach</Button>
        {canClose && (
          <Button look="danger" onClick={() => end(() => close(terminals, what))}>
            Close window
          </Button>
        )}
      </Actions>
    </Dialog>
  )
}

/** Ends the sessions of panes, and everything that runs in them. */
function endSessions({ api }: CloseParts, panes: readonly Pane[]): void {
  for (const { target, run } of panes)
    if (run && target.kind !== 'local') void api.sessions.end({ target, runs: [run] }).catch(reportProblem)
}

function leave(what: Closable, terminals: Terminals): void {
  useTerminals.setState({ closing: null })
  const [first] = panesIn(what)
  if (first !== undefined) terminals.focus(first)
}

function CloseRunning({ closing: { what, running }, terminals }: CloseProps) {
  const noun = what.kind
  return (
    <Dialog
      alert
      title={`Close this ${noun}?`}
      description={sentenceOf(running)}
      badge={<TriangleAlert size={18} />}
      tone="warn"
      onClose={() => leave(what, terminals)}
    >
      <Actions>
        <Grow />
        <Button onClick={() => leave(what, terminals)}>Cancel</Button>
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
  const tab = tmuxTabOf(what)
  if (tab) return closeInTmux(terminals, what, tab)
  // Nobody would understand a question about a tab that is gone.
  for (const id of panesIn(what)) if (isOpening(states[id])) terminals.cancel(id as TerminalId)
  if (what.kind === 'pane') closePane(what.paneId)
  else closeTab(what.tabId)
}

/** Closes a pane or window as tmux does; the last window stays, in a session that nobody is attached to any more. */
function closeInTmux({ tmux }: Terminals, what: Closable, tab: TmuxTab): void {
  if (what.kind === 'pane') tmux.closePane(what.paneId as TerminalId)
  else if (tabsOfSession(tab.tmux.session).length > 1) tmux.closeWindow(tab.activePane)
  else tmux.leave(tab.activePane)
}
