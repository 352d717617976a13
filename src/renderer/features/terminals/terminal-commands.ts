import type { Api } from '../../../shared/contract/contract.ts'
import type { TerminalId } from '../../../shared/contract/terminals.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { changeSettings, useSettings } from '../../mirrors/settings.ts'
import { isLive, isOpening, useTerminalStates } from '../../mirrors/terminals.ts'
import type { Command } from '../../ui/command.ts'
import { platformShortcut } from '../../ui/shortcut.ts'
import type { Side } from '../../workspace/split-tree.ts'
import { splitActive, toggleZoom } from '../../workspace/arrange.ts'
import { activePane, focusNextPane, toggleBroadcast } from '../../workspace/workspace-store.ts'
import { requestClose, type CloseParts } from './close-dialog.tsx'
import { activeTmuxPane } from './tmux-windows.ts'
import type { Terminals } from './terminals.ts'
import { useTerminals } from './terminals-state.ts'

const inPane = () => activePane() !== undefined

/** Commands that split, close and arrange the panes of a tab. */
export function paneCommands(parts: CloseParts): readonly Command[] {
  const { api, terminals } = parts
  return [
    {
      id: 'split-right',
      title: 'Split right',
      keys: 'Mod+Shift+D',
      when: inPane,
      run: () => split(terminals, 'right'),
    },
    { id: 'split-down', title: 'Split down', keys: 'Mod+Shift+E', when: inPane, run: () => split(terminals, 'bottom') },
    {
      id: 'close-pane',
      title: 'Close pane',
      keywords: 'disconnect exit',
      keys: 'Mod+Shift+W',
      when: inPane,
      run: () => requestClose(parts, { kind: 'pane', paneId: activePane()?.id ?? '' }),
    },
    {
      id: 'zoom-pane',
      title: 'Maximize pane',
      keywords: 'full screen zoom',
      keys: 'Mod+Shift+Z',
      when: inPane,
      run: toggleZoom,
    },
    { id: 'next-pane', title: 'Next pane', keys: 'Mod+Shift+ArrowRight', when: inPane, run: () => focusNextPane(1) },
    {
      id: 'previous-pane',
      title: 'Previous pane',
      keys: 'Mod+Shift+ArrowLeft',
      when: inPane,
      run: () => focusNextPane(-1),
    },
    {
      id: 'side-panel',
      title: 'Toggle side panel',
      keys: 'Mod+Shift+X',
      when: inPane,
      run: () => {
        const { sidePanel } = useSettings.getState().settings.terminal
        void changeSettings(api, 'terminal', { sidePanel: !sidePanel }).catch(reportProblem)
      },
    },
    {
      id: 'broadcast',
      title: 'Broadcast input to all panes',
      keywords: 'type in all panes synchronize',
      keys: 'Mod+Shift+B',
      when: inPane,
      run: toggleBroadcast,
    },
  ]
}

/** Splits the active pane; the new one opens a shell on the same target. */
export function split(terminals: Terminals, side: Side): void {
  const pane = splitActive(side)
  // After the pane is drawn: its size goes with the request.
  if (pane) requestAnimationFrame(() => void terminals.open(pane.id, pane.target))
}

function tmuxCommands({ tmux }: Terminals): readonly Command[] {
  return [
    {
      id: 'new-tmux-window',
      title: 'New tmux window',
      keys: '',
      when: () => activeTmuxPane() !== undefined,
      run: () => {
        const pane = activeTmuxPane()
        if (pane !== undefined) void tmux.newWindow(pane)
      },
    },
  ]
}

/** Commands for the terminal in the active pane. */
export function terminalCommands(api: Api, terminals: Terminals): readonly Command[] {
  const pane = () => activePane()?.id ?? ''
  return [
    ...tmuxCommands(terminals),
    {
      id: 'find',
      title: 'Find in terminal',
      keywords: 'search scrollback',
      keys: 'Mod+Shift+F',
      when: inPane,
      run: () => useTerminals.setState(state => ({ finding: state.finding === pane() ? null : pane() })),
    },
    { id: 'copy', title: 'Copy', keys: platformCopy('C'), when: inPane, run: () => void terminals.copy(pane()) },
    {
      id: 'paste',
      title: 'Paste',
      keys: platformCopy('V'),
      when: inPane,
      run: () => void terminals.paste(pane(), 'clipboard'),
    },
    {
      id: 'select-all',
      title: 'Select all',
      keys: 'Mod+Shift+A',
      when: inPane,
      run: () => terminals.selectAll(pane()),
    },
    {
      id: 'clear',
      title: 'Clear scrollback',
      keywords: 'delete history',
      keys: 'Mod+Shift+L',
      when: inPane,
      run: () => terminals.clear(pane()),
    },
    ...fontCommands(api),
    {
      id: 'cancel-connecting',
      title: 'Cancel connection',
      keys: '',
      when: () => isOpening(useTerminalStates.getState().states[pane()]),
      run: () => terminals.cancel(pane() as TerminalId),
    },
    {
      id: 'reconnect',
      title: 'Reconnect',
      keywords: 'connect again',
      keys: '',
      when: () => inPane() && !isLive(useTerminalStates.getState().states[pane()]),
      run: () => {
        const active = activePane()
        if (active) void terminals.open(active.id, active.target)
      },
    },
  ]
}

function fontCommands(api: Api): readonly Command[] {
  const setSize = (size: (old: number) => number) => {
    const { fontSize } = useSettings.getState().settings.terminal
    void changeSettings(api, 'terminal', { fontSize: Math.min(40, Math.max(6, size(fontSize))) }).catch(reportProblem)
  }
  return [
    {
      id: 'font-larger',
      title: 'Increase font size',
      keywords: 'zoom in bigger text',
      keys: 'Mod+=',
      inTerminal: true,
      run: () => setSize(old => old + 1),
    },
    {
      id: 'font-smaller',
      title: 'Decrease font size',
      keywords: 'zoom out smaller text',
      keys: 'Mod+-',
      inTerminal: true,
      run: () => setSize(old => old - 1),
    },
    {
      id: 'font-usual',
      title: 'Reset font size',
      keywords: 'zoom',
      keys: 'Mod+0',
      inTerminal: true,
      run: () => setSize(() => 13),
    },
  ]
}

// Cmd+C and Cmd+V on macOS; Ctrl+C belongs to the terminal elsewhere.
function platformCopy(key: string): string {
  return platformShortcut('Mod').startsWith('Meta') ? `Meta+${key}` : `Ctrl+Shift+${key}`
}
