import { isGiven, parseTemplate, variablesIn } from '../../../shared/base/snippet-template.ts'
import type { Given, Snippet } from '../../../shared/contract/snippets.ts'
import { remoteTarget, targetKey, type Target } from '../../../shared/contract/targets.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { useSnippets } from '../../mirrors/snippets.ts'
import { labelOf } from '../../mirrors/targets.ts'
import {
  holds,
  mayRun,
  openSnippetDialog,
  planOf,
  showRun,
  type Order,
  type SnippetDialog,
  useSnippetsView,
} from './snippets-state.ts'
import type { DoorContext } from '../../workspace/door.ts'
import type { OpenedShell, Shells } from '../../workspace/shells.ts'
import { isLive, isOpening, useTerminalStates } from '../../mirrors/terminals.ts'
import { activateTab, activePane, allPanes, focusPane, openTab, tabWith } from '../../workspace/workspace-store.ts'

/** Where a snippet was asked for. */
export interface AskedFrom {
  readonly pane?: Pane
  readonly target?: Target
}

/** Runs snippets from wherever they are asked for. */
export interface SnippetRunner {
  /** Asks for what is missing, then runs it: in the terminal it was asked for in, on a target, or where a person says. */
  run(snippet: Snippet, from?: AskedFrom): void
  /** Runs what is complete. Throws what went wrong. */
  perform(order: Order): Promise<void>
  /** Runs the snippets that start with a terminal on that target, one after the other. */
  startUp(opened: OpenedShell): void
  /** Opens a terminal that shows a window of the tmux session `hawser`. */
  showTmux(target: Target, window: number): void
}

/** Makes the one runner of this window. */
export function createSnippetRunner(context: DoorContext): SnippetRunner {
  const { api, requests } = context
  // What starts with a terminal comes before what somebody runs in it.
  const starting = new Map<string, Promise<void>>()
  // Terminals that were opened to show something else.
  const bare = new Set<string>()
  const perform = async (order: Order) => {
    const { snippet, targets, values, given } = order
    const [target, ...others] = targets
    if (!target) throw new Error('Choose at least one host.')
    const how = planOf(order)
    if (how === 'type') return typeOrder(order, target, { context, starting })
    const remote = targets.flatMap(each => remoteTarget.safeParse(each).data ?? [])
    if (remote.length < targets.length)
      throw new Error(
        others.length > 0
          ? 'This computer can’t be combined with other hosts. Deselect it.'
          : 'On this computer snippets can only be typed into a terminal. Choose a host.',
      )
    showRun(await api.runs.start({ snippetId: snippet.id, mode: how, targets: remote, values, given }))
  }
  const prepare = async (snippet: Snippet, from: AskedFrom, startsUp: boolean) => {
    const panes = from.pane ? panesFor(snippet, from.pane, startsUp) : []
    const wanted = panes.map(each => each.target)
    if (!from.pane && from.target && mayRun(snippet, from.target, useHosts.getState().book)) wanted.push(from.target)
    const targets = [...new Map(wanted.map(each => [targetKey(each), each])).values()]
    const given = await givenFor(snippet, from.pane ?? null, context)
    const asking = await api.snippets.asking({ id: snippet.id, target: targets[0] ?? null, given })
    const order: Order = { snippet, targets, panes, values: {}, given, startsUp }
    if (asking.variables.length > 0 || targets.length === 0) return ask({ kind: 'run', order, asking }, startsUp)
    if (snippet.confirm) return ask({ kind: 'confirm', order, asking: null }, startsUp)
    return perform(order)
  }
  return {
    run: (snippet, from = {}) => void prepare(snippet, from, false).catch(reportProblem),
    perform,
    startUp: ({ paneId, target, again }) => {
      if (bare.delete(paneId)) return
      const pane = allPanes().find(each => each.id === paneId)
      const here = startingOn(target, again)
      // A session has been running since before it was attached: whatever runs in it would receive the text.
      if (!pane || pane.run || here.length === 0) return
      const all = here.reduce(
        (before, snippet) => before.then(() => prepare(snippet, { pane }, true)).catch(reportProblem),
        Promise.resolve(),
      )
      starting.set(paneId, all)
      void all.then(() => starting.delete(paneId))
    },
    showTmux: (target, window) => {
      const pane = openTab(target, labelOf(target), null)
      bare.add(pane.id)
      const show = async () => {
        await drawn()
        await requests.shells.open(pane.id, pane.target)
        await requests.shells.typeCommand(pane.id, `tmux attach -t '=hawser:${window}'`, true)
      }
      void show().catch(reportProblem)
    },
  }
}

/** The snippets that start with a terminal on a target, or after it has come back. */
function startingOn(target: Target, again: boolean): readonly Snippet[] {
  const { snippets } = useSnippets.getState().book
  const { book } = useHosts.getState()
  const wanted = again ? snippets.filter(each => each.onReconnect) : snippets
  return wanted.filter(each => holds(each.onConnect, target, book) && mayRun(each, target, book))
}

/** The terminals to type into: the one it was asked for in, with all of its tab while what is typed goes to all. */
function panesFor(snippet: Snippet, pane: Pane, startsUp: boolean): readonly Pane[] {
  const { book } = useHosts.getState()
  const { states } = useTerminalStates.getState()
  const tab = tabWith(pane.id)
  const others = tab?.broadcast && !startsUp ? Object.values(tab.panes).filter(each => each.id !== pane.id) : []
  return [pane, ...others.filter(each => isLive(states[each.id]))].filter(each => mayRun(snippet, each.target, book))
}

/** Opens a dialog. What starts up by itself takes no other dialog's place, and waits for its own to be answered. */
async function ask(dialog: SnippetDialog, startsUp: boolean): Promise<void> {
  if (startsUp) await dialogIs(open => open === null)
  openSnippetDialog(dialog)
  if (startsUp) await dialogIs(open => open === null)
}

function dialogIs(test: (dialog: SnippetDialog | null) => boolean): Promise<void> {
  return new Promise(resolve => {
    const check = () => {
      if (!test(useSnippetsView.getState().dialog)) return
      stop()
      resolve()
    }
    const stop = useSnippetsView.subscribe(check)
    check()
  })
}

/** What only this window knows, as far as the snippet asks for it. */
async function givenFor(snippet: Snippet, pane: Pane | null, { api, requests }: DoorContext): Promise<Given> {
  const wanted = new Set(
    variablesIn([...parseTemplate(snippet.command), ...parseTemplate(snippet.folder)])
      .filter(isGiven)
      .map(({ name }) => name),
  )
  const clipboard = wanted.has('clipboard') ? await api.app.paste({ from: 'clipboard' }) : null
  return {
    cwd: pane && wanted.has('cwd') ? requests.shells.folderOf(pane.id) : null,
    selection: pane && wanted.has('selection') ? requests.shells.selectionOf(pane.id) || null : null,
    clipboard: clipboard === '' ? null : clipboard,
  }
}

interface Typing {
  readonly context: DoorContext
  readonly starting: ReadonlyMap<string, Promise<void>>
}

/** Types into every terminal of the order, or into one on its target. Nothing is typed anywhere where one of them can't. */
async function typeOrder(order: Order, target: Target, { context, starting }: Typing): Promise<void> {
  const { api, requests } = context
  const { shells } = requests
  const { snippet, values, given, startsUp } = order
  const chosen = new Set(order.targets.map(targetKey))
  const here = order.panes.filter(each => chosen.has(targetKey(each.target)))
  const panes = here.length === 0 && chosen.size === 1 ? [await paneFor(target)] : panesOn(order.targets, here)
  for (const pane of panes) await connect(pane, shells)
  const texts: string[] = []
  for (const pane of panes) texts.push(await api.snippets.typed({ id: snippet.id, target: pane.target, values, given }))
  for (const [index, pane] of panes.entries()) {
    if (!startsUp) await starting.get(pane.id)
    await shells.typeCommand(pane.id, texts[index] as string, snippet.mode === 'send')
  }
  // Who went on to something else meanwhile keeps the keyboard there.
  const [first] = panes
  if (!startsUp && first && activePane()?.id === first.id) shells.focus(first.id)
}

/** A terminal on each target: those it was asked for in, else one that is live. */
function panesOn(targets: readonly Target[], here: readonly Pane[]): readonly Pane[] {
  const { states } = useTerminalStates.getState()
  const all = [...here, ...allPanes().filter(each => isLive(states[each.id]))]
  const others = targets.filter(target => !here.some(each => targetKey(each.target) === targetKey(target)))
  const found = others.map(target => {
    const pane = all.find(each => targetKey(each.target) === targetKey(target))
    if (!pane) throw new Error(`Open a terminal on ${labelOf(target)} first to type this snippet.`)
    return pane
  })
  return [...here, ...found]
}

/** A live terminal on the target, in front; a new one where there is none. */
async function paneFor(target: Target): Promise<Pane> {
  const key = targetKey(target)
  const { states } = useTerminalStates.getState()
  const live = allPanes().find(each => targetKey(each.target) === key && isLive(states[each.id]))
  if (!live) {
    const made = openTab(target, labelOf(target))
    await drawn()
    return made
  }
  const tab = tabWith(live.id)
  if (tab) activateTab(tab.id)
  focusPane(live.id)
  return live
}

/** A terminal that is not connected is, first. */
async function connect(pane: Pane, shells: Shells): Promise<void> {
  const state = useTerminalStates.getState().states[pane.id]
  if (isOpening(state)) throw new Error('This terminal is still connecting. Try again when it is ready.')
  if (!isLive(state)) await shells.open(pane.id, pane.target)
}

// The size of a pane goes with the request for its shell.
function drawn(): Promise<unknown> {
  return new Promise(resolve => requestAnimationFrame(resolve))
}
