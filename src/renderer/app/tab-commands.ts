import { useTerminalStates } from '../mirrors/terminals.ts'
import type { Command } from '../ui/command.ts'
import { platformShortcut } from '../ui/shortcut.ts'
import type { DoorContext } from '../workspace/door.ts'
import { openFiles, shownTab } from '../workspace/files-tabs.ts'
import type { Requests } from '../workspace/requests.ts'
import { reorderTab } from '../workspace/arrange.ts'
import { beginRename } from '../workspace/tab-strip.tsx'
import { activateTab, activePane, activeTab, reopenTab, useWorkspace } from '../workspace/workspace-store.ts'

/** Commands for tabs of every kind. */
export function tabCommands({ requests }: Pick<DoorContext, 'requests'>): readonly Command[] {
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
      run: () => duplicateTab(requests),
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
      keywords: 'disconnect exit quit',
      keys: 'Mod+Shift+Q',
      when: inTab,
      run: () => requests.close({ kind: 'tab', tabId: activeTab()?.id ?? '' }),
    },
    {
      id: 'reopen-tab',
      title: 'Reopen closed tab',
      keys: 'Mod+Shift+T',
      when: () => useWorkspace.getState().closed.length > 0,
      run: () => {
        const { states } = useTerminalStates.getState()
        // Shells that ended by themselves stay as they are.
        const unopened = reopenTab().filter(({ id }) => states[id] === undefined)
        // After the panes are drawn: their size goes with the request.
        requestAnimationFrame(() => unopened.forEach(({ id, target }) => void requests.shells.open(id, target)))
      },
    },
  ]
}

function duplicateTab(requests: Requests): void {
  const tab = activeTab()
  const pane = activePane()
  if (pane) requests.openTerminal(pane.target)
  else if (tab?.kind === 'files') openFiles(shownTab(tab.right))
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
