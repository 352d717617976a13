import type { Api } from '../../shared/contract/contract.ts'
import type { Given, Snippet } from '../../shared/contract/snippets.ts'
import { remoteTarget, targetKey, type Target, type TerminalId } from '../../shared/contract/terminals.ts'
import type { Pane } from '../../shared/contract/workspace.ts'
import { isGiven, parseTemplate, variablesIn } from '../../shared/base/snippet-template.ts'
import { useHosts } from '../features/hosts/hosts-store.ts'
import { tellProblem } from '../features/notices/notices.tsx'
import {
  holds,
  mayRun,
  openSnippetDialog,
  showRun,
  useSnippets,
  type Order,
} from '../features/snippets/snippets-store.ts'
import type { Terminals } from '../features/terminals/terminals.ts'
import { isLive, isOpening, useTerminals } from '../features/terminals/terminals-store.ts'
import { activateTab, allPanes, focusPane, openTab, tabWith } from '../workspace/workspace-store.ts'
import { labelOf } from './actions.ts'

/** Runs snippets from wherever they are asked for. */
export interface SnippetRunner {
  /** Asks for what is missing, then runs it: in the terminal it was asked for in, on a target, or where a person says. */
  run(snippet: Snippet, from?: { readonly pane?: Pane; readonly target?: Target }): void
  /** Runs what is complete. Throws what went wrong. */
  perform(order: Order): Promise<void>
  /** The snippets that start with a terminal on that target. */
  startUp(paneId: TerminalId, target: Target): void
}

export function createSnippetRunner({
  api,
  terminals,
}: {
  readonly api: Api
  readonly terminals: Terminals
}): SnippetRunner {
  const perform = async (order: Order) => {
    const { snippet, targets } = order
    const [target] = targets
    if (!target) throw new Error('Choose where it is to run.')
    const types = snippet.mode === 'send' || snippet.mode === 'type'
    if (types && targets.length === 1)
      return typeInto(await paneFor(terminals, order, target), order, { api, terminals })
    const mode = snippet.mode === 'tmux' ? 'tmux' : 'apart'
    const remote = targets.flatMap(each => remoteTarget.safeParse(each).data ?? [])
    if (remote.length === 0)
      throw new Error('On this computer a snippet can only be typed into a terminal. Choose a host.')
    const { values, given } = order
    showRun(await api.runs.start({ snippetId: snippet.id, mode, targets: remote, values, given }))
  }
  const prepare = async (snippet: Snippet, from: { readonly pane?: Pane; readonly target?: Target }) => {
    const { pane = null } = from
    const wanted = pane?.target ?? from.target ?? null
    const target = wanted && mayRun(snippet, wanted, useHosts.getState().book) ? wanted : null
    const given = await givenFor(snippet, pane, { api, terminals })
    const asking = await api.snippets.asking({ id: snippet.id, target, given })
    const order: Order = { snippet, targets: target ? [target] : [], pane, values: {}, given }
    if (asking.variables.length > 0 || target === null) return openSnippetDialog({ kind: 'run', order, asking })
    if (snippet.confirm) return openSnippetDialog({ kind: 'confirm', order })
    return perform(order)
  }
  const run: SnippetRunner['run'] = (snippet, from = {}) => void prepare(snippet, from).catch(tellProblem)
  return {
    run,
    perform,
    startUp: (paneId, target) => {
      const { snippets } = useSnippets.getState().book
      const pane = allPanes().find(each => each.id === paneId)
      const here = snippets.filter(each => holds(each.onConnect, target, useHosts.getState().book))
      // One after the other: each waits for the shell.
      void here.reduce(
        (before, snippet) => before.then(() => prepare(snippet, pane ? { pane } : { target })).catch(tellProblem),
        Promise.resolve(),
      )
    },
  }
}

interface Means {
  readonly api: Api
  readonly terminals: Terminals
}

/** What only this window knows, as far as the snippet asks for it. */
async function givenFor(snippet: Snippet, pane: Pane | null, { api, terminals }: Means): Promise<Given> {
  const wanted = new Set(
    variablesIn([...parseTemplate(snippet.command), ...parseTemplate(snippet.folder)])
      .filter(isGiven)
      .map(({ name }) => name),
  )
  const clipboard = wanted.has('clipboard') ? await api.app.paste({ from: 'clipboard' }) : null
  return {
    cwd: pane && wanted.has('cwd') ? terminals.folderOf(pane.id) : null,
    selection: pane && wanted.has('selection') ? terminals.selectionOf(pane.id) || null : null,
    clipboard: clipboard === '' ? null : clipboard,
  }
}

/** The terminal to type into: the one it was asked for in, another live one on the target, or a new one. */
async function paneFor(terminals: Terminals, { pane }: Order, target: Target): Promise<Pane> {
  const key = targetKey(target)
  const { states } = useTerminals.getState()
  if (pane && targetKey(pane.target) === key) {
    const state = states[pane.id]
    if (isOpening(state)) throw new Error('This terminal is still connecting. Run the snippet once it is there.')
    if (!isLive(state)) await terminals.open(pane.id, pane.target)
    return pane
  }
  const live = allPanes().find(each => targetKey(each.target) === key && isLive(states[each.id]))
  if (live) {
    const tab = tabWith(live.id)
    if (tab) activateTab(tab.id)
    focusPane(live.id)
    return live
  }
  const made = openTab(target, labelOf(target))
  // After the pane is drawn: its size goes with the request.
  await new Promise(resolve => requestAnimationFrame(resolve))
  await terminals.open(made.id, made.target)
  return made
}

/** Types into a terminal, and into all of its tab while what is typed goes to all. */
async function typeInto(pane: Pane, { snippet, values, given }: Order, { api, terminals }: Means): Promise<void> {
  const tab = tabWith(pane.id)
  const panes = tab?.broadcast ? Object.values(tab.panes) : [pane]
  for (const each of panes) {
    const text = await api.snippets.typed({ id: snippet.id, target: each.target, values, given })
    await terminals.typeCommand(each.id, text, snippet.mode === 'send')
  }
  terminals.focus(pane.id)
}
