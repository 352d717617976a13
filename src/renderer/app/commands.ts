import type { Api } from '../../shared/contract/contract.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import { openDialog } from '../features/files/files-state.ts'
import { openForwardDialog } from '../features/forwards/forwards-state.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import { useTerminals } from '../features/terminals/terminals-state.ts'
import { askVault, useVault } from '../mirrors/vault.ts'
import { isDark } from '../ui/theme.ts'
import { edit } from '../features/hosts/hosts-state.ts'
import { openPalette } from '../features/palette/palette.tsx'
import { changeSettings, useSettings } from '../mirrors/settings.ts'
import { requestClose } from '../features/terminals/close-dialog.tsx'
import type { Terminals } from '../features/terminals/terminals.ts'
import { isLive, isOpening, useTerminalStates } from '../mirrors/terminals.ts'
import { platformShortcut, shortcutOf, type Shortcut } from '../ui/shortcut.ts'
import { openFiles, showFiles } from '../workspace/files-tabs.ts'
import { beginRename } from '../workspace/tab-strip.tsx'
import {
  activateTab,
  activeFiles,
  activePane,
  activeTab,
  focusNextPane,
  reopenTab,
  reorderTab,
  showHome,
  toggleBroadcast,
  toggleZoom,
  useWorkspace,
} from '../workspace/workspace-store.ts'
import type { Actions } from './actions.ts'
import { panesOfTab } from './files-page.tsx'
import type { FilesPieces } from './files-pieces.ts'
import type { SnippetRunner } from './run-snippet.ts'
import type { TextSender } from './send-text.ts'
import { snippetCommands } from './snippet-commands.ts'

/** Something that can be done, once: the palette, menus and shortcuts all come here. */
export interface Command {
  readonly id: string
  readonly title: string
  /** Its own shortcut; the settings may have another. */
  readonly keys: Shortcut
  /** Whether it can be done now; always when left out. */
  readonly when?: () => boolean
  /** Also inside a terminal where it has no Shift: the few that every terminal program has. */
  readonly inTerminal?: boolean
  readonly run: () => void
}

interface CommandParts {
  readonly api: Api
  readonly actions: Actions
  readonly terminals: Terminals
  readonly files: FilesPieces
  readonly snippets: SnippetRunner
  readonly sender: TextSender
}

/** Every command of the app, and the keys that run them. */
export class Commands {
  readonly all: readonly Command[]

  constructor(parts: CommandParts) {
    this.all = [
      ...general(parts),
      ...tabCommands(parts),
      ...paneCommands(parts),
      ...fileCommands(parts),
      ...terminalCommands(parts),
      ...snippetCommands(parts),
    ].map(command => ({
      ...command,
      keys: platformShortcut(command.keys),
    }))
  }

  run(id: string): void {
    const command = this.all.find(each => each.id === id)
    if (command && (command.when?.() ?? true)) command.run()
  }

  /** The shortcut that holds now: the person's own, or the command's. */
  keysOf(command: Command): Shortcut {
    return useSettings.getState().settings.keys[command.id] ?? command.keys
  }

  /** A key that reached the window. A terminal's keys come from the terminal itself. */
  onPageKey(event: KeyboardEvent): void {
    if (!(event.target instanceof Element && event.target.closest('.xterm'))) this.onKey(event, false)
  }

  /**
   * Runs what the keys stand for; true when something did. The keys of a shell win (`toShell`), so only Ctrl+Shift and Cmd
   * combinations count there, and what the person set. A terminal without a shell has no keys of its own.
   */
  onKey(event: KeyboardEvent, toShell: boolean): boolean {
    if (event.type !== 'keydown' || event.defaultPrevented || isModalOpen()) return false
    const keys = shortcutOf(event)
    if (keys === '' || !/Ctrl|Alt|Meta|^F\d/.test(keys)) return false
    const command = this.all.find(each => this.keysOf(each) === keys && (each.when?.() ?? true))
    const own = command !== undefined && useSettings.getState().settings.keys[command.id] === keys
    if (!command || (toShell && !own && !worksInTerminal(keys, command))) return false
    event.preventDefault()
    event.stopPropagation()
    command.run()
    return true
  }
}

/** True while a dialog or the palette has the window: nothing behind it may move. */
export function isModalOpen(): boolean {
  return document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null
}

function worksInTerminal(keys: Shortcut, command: Command): boolean {
  return (
    command.inTerminal === true ||
    keys.includes('Meta') ||
    (keys.includes('Ctrl') && keys.includes('Shift')) ||
    keys === 'Ctrl+Tab'
  )
}

function general({ api, actions }: CommandParts): readonly Command[] {
  const locked = () => useVault.getState().status.state === 'locked'
  return [
    { id: 'palette', title: 'Command palette', keys: 'Mod+K', run: openPalette },
    { id: 'palette-in-terminal', title: 'Command palette (in a terminal)', keys: 'Mod+Shift+P', run: openPalette },
    { id: 'home', title: 'Go to hosts', keys: 'Mod+Shift+H', run: () => showHome('hosts') },
    { id: 'new-host', title: 'New host', keys: 'Mod+Shift+N', run: () => openForm({ kind: 'host', host: null }) },
    { id: 'new-group', title: 'New group', keys: '', run: () => openForm({ kind: 'group', group: null }) },
    {
      id: 'local-shell',
      title: 'New local shell',
      keys: 'Mod+Shift+`',
      run: () => actions.openTerminal({ kind: 'local' }),
    },
    { id: 'files', title: 'Go to files', keys: 'Mod+Shift+O', run: showFiles },
    { id: 'new-files', title: 'New files tab', keys: '', run: () => void openFiles() },
    { id: 'forwards', title: 'Go to forwards', keys: 'Mod+Shift+J', run: () => showHome('forwards') },
    {
      id: 'new-forward',
      title: 'New forward',
      keys: '',
      run: () => openForwardDialog({ kind: 'form', forward: null, target: null }),
    },
    { id: 'import', title: 'Import hosts', keys: 'Mod+Shift+I', run: () => edit({ kind: 'import' }) },
    { id: 'export-json', title: 'Export everything as JSON', keys: '', run: () => exportTo(api, 'json') },
    { id: 'export-config', title: 'Export hosts as ssh_config', keys: '', run: () => exportTo(api, 'ssh-config') },
    { id: 'keys', title: 'Go to keys', keys: 'Mod+Shift+Y', run: () => showHome('keys') },
    { id: 'known-hosts', title: 'Go to known hosts', keys: '', run: () => showHome('known-hosts') },
    { id: 'activity', title: 'Go to activity', keys: '', run: () => showHome('activity') },
    { id: 'settings', title: 'Go to settings', keys: 'Mod+,', run: () => showHome('settings') },
    {
      id: 'toggle-theme',
      title: 'Switch between dark and light',
      keys: '',
      run: () => void changeSettings(api, 'appearance', { theme: isDark() ? 'light' : 'dark' }).catch(tellProblem),
    },
    {
      id: 'lock-vault',
      title: 'Lock the vault',
      keys: '',
      when: () => useVault.getState().status.state === 'unlocked',
      run: () => void api.vault.lock().catch(tellProblem),
    },
    { id: 'unlock-vault', title: 'Unlock the vault', keys: '', when: locked, run: () => void askVault('unlock') },
  ]
}

function openForm(what: Parameters<typeof edit>[0]): void {
  showHome('hosts')
  edit(what)
}

function tabCommands({ actions, terminals }: CommandParts): readonly Command[] {
  const inTab = () => activeTab() !== undefined
  const goTo = Array.from({ length: 9 }, (_each, index): Command => ({
    id: `tab-${index + 1}`,
    title: index === 0 ? 'Go to Home' : `Go to tab ${index + 1}`,
    keys: platformShortcut('Mod').startsWith('Meta') ? `Meta+${index + 1}` : `Alt+${index + 1}`,
    when: () => index === 0 || useWorkspace.getState().tabs[index - 1] !== undefined,
    run: () => {
      const id = index === 0 ? 'home' : useWorkspace.getState().tabs[index - 1]?.id
      if (id !== undefined) activateTab(id)
    },
  }))
  return [
    { id: 'move-tab-left', title: 'Move tab left', keys: 'Mod+Shift+PageUp', when: inTab, run: () => moveTab(-1) },
    { id: 'move-tab-right', title: 'Move tab right', keys: 'Mod+Shift+PageDown', when: inTab, run: () => moveTab(1) },
    { id: 'next-tab', title: 'Next tab', keys: 'Ctrl+Tab', run: () => stepTab(1) },
    { id: 'previous-tab', title: 'Previous tab', keys: 'Ctrl+Shift+Tab', run: () => stepTab(-1) },
    ...goTo,
    {
      id: 'duplicate-tab',
      title: 'Duplicate tab',
      keys: 'Mod+Shift+K',
      when: inTab,
      run: () => actions.duplicateTab(),
    },
    {
      id: 'rename-tab',
      title: 'Rename tab',
      keys: 'Mod+Shift+R',
      when: inTab,
      run: () => beginRename(activeTab()?.id ?? ''),
    },
    {
      id: 'close-tab',
      title: 'Close tab',
      keys: 'Mod+Shift+Q',
      when: inTab,
      run: () => requestClose(terminals, { kind: 'tab', tabId: activeTab()?.id ?? '' }),
    },
    {
      id: 'reopen-tab',
      title: 'Reopen closed tab',
      keys: 'Mod+Shift+T',
      when: () => useWorkspace.getState().closed.length > 0,
      run: () => {
        const panes = reopenTab()
        // After the panes are drawn: their size goes with the request.
        requestAnimationFrame(() => panes.forEach(({ id, target }) => void terminals.open(id, target)))
      },
    },
  ]
}

/** What the keys of a list of files do, for the palette: in the list they are pressed. */
function fileCommands({ files, terminals }: CommandParts): readonly Command[] {
  const { actions, panes } = files
  const inFiles = () => activeFiles() !== undefined
  const here = () => {
    const tab = activeFiles()
    return tab ? panesOfTab(tab) : { here: '', other: '' }
  }
  const command = (id: string, title: string, run: () => void): Command => ({ id, title, keys: '', when: inFiles, run })
  return [
    command('files-copy', 'Copy the selected files to the other pane', () =>
      actions.transfer(here().here, here().other, false),
    ),
    command('files-move', 'Move the selected files to the other pane', () =>
      actions.transfer(here().here, here().other, true),
    ),
    command('files-new-folder', 'New folder', () => openDialog({ kind: 'new-folder', paneId: here().here })),
    command('files-find', 'Find files', () => openDialog({ kind: 'find', paneId: here().here })),
    command('files-refresh', 'Refresh the files', () => panes.refresh(here().here)),
    {
      id: 'files-here',
      title: 'Files of this terminal',
      keys: '',
      when: () => activePane() !== undefined,
      run: () => {
        const pane = activePane()
        if (pane) openFiles({ side: { target: pane.target, root: false }, path: terminals.folderOf(pane.id) })
      },
    },
    command('files-terminal', 'Open a terminal in this folder', () => actions.openTerminal(here().here)),
  ]
}

function paneCommands({ api, actions, terminals }: CommandParts): readonly Command[] {
  const inTab = () => activePane() !== undefined
  return [
    { id: 'split-right', title: 'Split right', keys: 'Mod+Shift+D', when: inTab, run: () => actions.split('right') },
    { id: 'split-down', title: 'Split down', keys: 'Mod+Shift+E', when: inTab, run: () => actions.split('bottom') },
    {
      id: 'close-pane',
      title: 'Close pane',
      keys: 'Mod+Shift+W',
      when: inTab,
      run: () => requestClose(terminals, { kind: 'pane', paneId: activePane()?.id ?? '' }),
    },
    { id: 'zoom-pane', title: 'Zoom pane', keys: 'Mod+Shift+Z', when: inTab, run: toggleZoom },
    { id: 'next-pane', title: 'Next pane', keys: 'Mod+Shift+ArrowRight', when: inTab, run: () => focusNextPane(1) },
    {
      id: 'previous-pane',
      title: 'Previous pane',
      keys: 'Mod+Shift+ArrowLeft',
      when: inTab,
      run: () => focusNextPane(-1),
    },
    {
      id: 'side-panel',
      title: 'Show or hide the side panel',
      keys: 'Mod+Shift+X',
      when: inTab,
      run: () => {
        const { sidePanel } = useSettings.getState().settings.terminal
        void changeSettings(api, 'terminal', { sidePanel: !sidePanel }).catch(tellProblem)
      },
    },
    {
      id: 'broadcast',
      title: 'Type into all panes of the tab',
      keys: 'Mod+Shift+B',
      when: inTab,
      run: toggleBroadcast,
    },
  ]
}

function moveTab(step: 1 | -1): void {
  const { tabs, activeId } = useWorkspace.getState()
  const other = tabs[tabs.findIndex(tab => tab.id === activeId) + step]
  if (other) reorderTab(activeId, other.id)
}

function stepTab(step: 1 | -1): void {
  const { tabs, activeId } = useWorkspace.getState()
  const ids = ['home', ...tabs.map(tab => tab.id)]
  activateTab(ids[(ids.indexOf(activeId) + step + ids.length) % ids.length] as string)
}

function terminalCommands({ api, terminals }: CommandParts): readonly Command[] {
  const pane = () => activePane()?.id ?? ''
  const inPane = () => activePane() !== undefined
  const dead = () => inPane() && !isLive(useTerminalStates.getState().states[pane()])
  const setSize = (size: (old: number) => number) => {
    const { fontSize } = useSettings.getState().settings.terminal
    void changeSettings(api, 'terminal', { fontSize: Math.min(40, Math.max(6, size(fontSize))) }).catch(tellProblem)
  }
  return [
    {
      id: 'find',
      title: 'Find in terminal',
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
    { id: 'clear', title: 'Clear scrollback', keys: 'Mod+Shift+L', when: inPane, run: () => terminals.clear(pane()) },
    { id: 'font-larger', title: 'Larger font', keys: 'Mod+=', inTerminal: true, run: () => setSize(old => old + 1) },
    { id: 'font-smaller', title: 'Smaller font', keys: 'Mod+-', inTerminal: true, run: () => setSize(old => old - 1) },
    { id: 'font-usual', title: 'Usual font size', keys: 'Mod+0', inTerminal: true, run: () => setSize(() => 13) },
    {
      id: 'cancel-connecting',
      title: 'Cancel connecting',
      keys: '',
      when: () => isOpening(useTerminalStates.getState().states[pane()]),
      run: () => terminals.cancel(pane() as TerminalId),
    },
    {
      id: 'reconnect',
      title: 'Connect again',
      keys: '',
      when: dead,
      run: () => {
        const active = activePane()
        if (active) void terminals.open(active.id, active.target)
      },
    },
  ]
}

// Cmd+C and Cmd+V on macOS; Ctrl+C belongs to the terminal elsewhere.
function platformCopy(key: string): string {
  return platformShortcut('Mod').startsWith('Meta') ? `Meta+${key}` : `Ctrl+Shift+${key}`
}

/** Writes everything but secrets into a folder that the person chooses. */
function exportTo(api: Api, format: 'json' | 'ssh-config'): void {
  const write = async () => {
    const folder = await api.app.chooseFolder({ title: 'Where to put the export' })
    if (folder !== null)
      tell(`Written to ${await api.imports.exportTo({ folder, format })}. Passwords and keys are not in it.`)
  }
  void write().catch(tellProblem)
}
