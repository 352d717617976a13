import { useMemo } from 'react'

import { toDisposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { inheritedFrom } from '../../../shared/contract/inheritance.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { TmuxSession } from '../../../shared/contract/tmux.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { changeSettings, useSettings } from '../../mirrors/settings.ts'
import { labelAmong, labelOf } from '../../mirrors/targets.ts'
import { isLive, isOpening, isReconnecting, mirrorTerminals, useTerminalStates } from '../../mirrors/terminals.ts'
import { isModalOpen } from '../../ui/command.ts'
import { isDark, onThemeChanged } from '../../ui/theme.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { activePane, adoptPane, allPanes, livingPanes, openTab, reviveClosed } from '../../workspace/workspace-store.ts'
import { attachSession } from './attach-session.ts'
import { CloseDialog, requestClose } from './close-dialog.tsx'
import { PasteDialog } from './paste-dialog.tsx'
import { pointToSignIns } from './sign-ins.ts'
import { createTextSender } from './send-text.ts'
import { TerminalHere } from './terminal-here.tsx'
import { paneCommands, terminalCommands } from './terminal-commands.ts'
import { TerminalTabView } from './terminal-tab-view.tsx'
import type { LookOverride } from './terminal-options.ts'
import { Terminals } from './terminals.ts'
import { useTerminals } from './terminals-state.ts'
import { useTerminalLooks } from './use-terminal-looks.ts'

/** Terminals: their tabs, panes and shells. */
export function terminalsDoor(context: DoorContext) {
  const { api, follow, store, requests } = context
  store.add(mirrorTerminals(api, follow))
  const terminals = store.add(createTerminals(context))
  const sender = createTextSender(terminals, store)
  restyleOnChange(terminals, context)
  keepKeyboard(terminals)
  return {
    tab: {
      kind: 'terminals',
      View: ({ tab }) =>
        tab.kind === 'terminals' ? <TerminalTabView tab={tab} terminals={terminals} context={context} /> : null,
      useLooks: useTerminalLooks,
    },
    commands: [
      {
        id: 'local-shell',
        title: 'New local shell',
        keys: 'Mod+Shift+`',
        run: () => requests.openTerminal({ kind: 'local' }),
      },
      ...paneCommands({ api, requests, terminals }),
      ...terminalCommands(api, terminals),
    ],
    overlays: [
      {
        View: () => <PasteDialog terminals={terminals} />,
        useOpen: () => useTerminals(state => state.pasting),
        close: () => useTerminals.setState({ pasting: null }),
      },
      {
        View: () => <CloseDialog api={api} requests={requests} terminals={terminals} />,
        useOpen: () => useTerminals(state => state.closing),
        close: () => useTerminals.setState({ closing: null }),
      },
    ],
    statusHere: TerminalHere,
    status: SessionCount,
    restored: () => {
      store.add(pointToSignIns())
      const show = (sessions: readonly TmuxSession[]) => terminals.tmux.show(sessions)
      const { list, onChanged } = api.tmux
      store.add(follow({ name: 'the tmux windows', list, onChanged, show }))
      void adoptRunning(api, terminals).catch(reportProblem)
    },
    answers: {
      shells: terminals,
      sender,
      close: what => requestClose({ api, requests, terminals }, what),
      attachSession: (target, run) => attachSession(terminals, target, run),
      openTerminal: (target, folder) => openTerminal({ api, terminals }, target, folder),
    },
  } satisfies Door
}

function createTerminals(context: DoorContext): Terminals {
  const { api, ports, info, requests } = context
  return new Terminals({
    api,
    ports,
    settings: () => useSettings.getState().settings,
    isDark,
    lookFor,
    openLink: (target, address) => requests.openLink(target, address),
    onKey: (event, toShell) => isHeldBack(event) || context.commands.onKey(event, toShell),
    onProblem: text => reportProblem(text),
    onNotice: text => showNotice(text),
    labelOf,
    changeSettings: patch => void changeSettings(api, 'terminal', patch).catch(reportProblem),
    platform: info.platform === 'darwin' ? 'mac' : info.platform === 'win32' ? 'windows' : 'linux',
    version: info.version,
  })
}

/** A dialog or menu has opened and is about to take the focus: keys until then are not for the shell behind it. */
function isHeldBack(event: KeyboardEvent): boolean {
  if (!isModalOpen()) return false
  // Escape closes it, though it doesn't have the focus yet.
  if (event.key !== 'Escape') event.preventDefault()
  return true
}

function restyleOnChange(terminals: Terminals, { store }: DoorContext): void {
  const restyle = () => terminals.restyle()
  store.add(onThemeChanged(restyle))
  store.add(toDisposable(useSettings.subscribe(restyle)))
  store.add(toDisposable(useHosts.subscribe((now, before) => (now.book === before.book ? undefined : restyle()))))
}

/** Looks that a host, or a group around it, sets for its terminals. */
function lookFor(target: Target): LookOverride {
  if (target.kind !== 'host') return { theme: null, fontSize: null }
  const { hosts, groups } = useHosts.getState().book
  const host = hosts.find(each => each.id === target.hostId)
  const theme = host?.look.theme ?? inheritedFrom(host?.groupId ?? null, groups).theme
  return { theme, fontSize: host?.look.fontSize ?? null }
}

/** Focus may be lost with a dialog or a tab: the active terminal takes it then. */
function keepKeyboard(terminals: Terminals): void {
  const settle = () =>
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body || isModalOpen()) return
      const pane = activePane()
      if (pane) terminals.focus(pane.id)
    })
  for (const type of ['click', 'keyup']) document.addEventListener(type, settle, true)
}

/**
 * Takes over the shells that the page before this one left, those that are still connecting too: the tabs that it closed
 * can be reopened with theirs, and a shell whose tab was not saved yet comes back in a tab of its own. The other panes
 * are from the last run.
 */
async function adoptRunning(api: Api, terminals: Terminals): Promise<void> {
  const known = await api.terminals.list()
  terminals.restore(allPanes().filter(({ id }) => !known.some(each => each.id === id)))
  const running = known.filter(({ state }) => isLive(state) || isOpening(state) || isReconnecting(state))
  if (running.length === 0) return
  reviveClosed(new Set(running.map(({ id }) => id)))
  const shown = new Set<string>(livingPanes().map(({ id }) => id))
  const { hosts } = await api.hosts.list()
  for (const { id, target, run, isTmuxPane } of running)
    if (!shown.has(id) && !isTmuxPane)
      adoptPane({ id, target, title: labelAmong(target, hosts), ...(run ? { run } : {}) })
}

interface Opening {
  readonly api: Api
  readonly terminals: Terminals
}

function openTerminal({ api, terminals }: Opening, target: Target, folder?: string): void {
  const pane = openTab(target, labelOf(target))
  const open = async () => {
    await terminals.open(pane.id, pane.target)
    if (folder === undefined || !isLive(useTerminalStates.getState().states[pane.id])) return
    // Only now is it known which shell reads the line.
    const line = await api.terminals.lineFor({ target, request: { kind: 'folder', path: folder } })
    terminals.sendFirst(pane.id, `${line}\r`)
  }
  // After the pane is drawn: its size goes with the request.
  requestAnimationFrame(() => void open().catch(reportProblem))
}

function SessionCount() {
  const states = useTerminalStates(state => state.states)
  const live = useMemo(() => Object.values(states).filter(isLive).length, [states])
  return <span>{live === 1 ? '1 terminal' : `${live} terminals`}</span>
}
