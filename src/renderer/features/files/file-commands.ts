import type { Command } from '../../ui/command.ts'
import type { DoorContext } from '../../workspace/door.ts'
import { openFiles, showFiles } from '../../workspace/files-tabs.ts'
import { activeFiles, activePane } from '../../workspace/workspace-store.ts'
import type { FileServices } from './file-services.ts'
import { panesOfTab } from './files-panes-of-tab.ts'
import { openDialog } from './files-state.ts'

/** What the keys of a list of files do, for the palette: in the list they are pressed. */
export function fileCommands({ requests }: DoorContext, { actions, panes }: FileServices): readonly Command[] {
  const inFiles = () => activeFiles() !== undefined
  const here = () => {
    const tab = activeFiles()
    return tab ? panesOfTab(tab) : { here: '', other: '' }
  }
  const command = (id: string, title: string, run: () => void): Command => ({ id, title, keys: '', when: inFiles, run })
  return [
    {
      id: 'files',
      title: 'Go to files',
      keywords: 'sftp upload download transfer browse',
      keys: 'Mod+Shift+O',
      run: showFiles,
    },
    {
      id: 'new-files',
      title: 'New files tab',
      keywords: 'sftp upload download transfer',
      keys: '',
      run: () => void openFiles(),
    },
    command('files-copy', 'Copy selected files to the other pane', () =>
      actions.transfer(here().here, here().other, false),
    ),
    command('files-move', 'Move selected files to the other pane', () =>
      actions.transfer(here().here, here().other, true),
    ),
    command('files-new-folder', 'New folder', () => openDialog({ kind: 'new-folder', paneId: here().here })),
    command('files-find', 'Find files', () => openDialog({ kind: 'find', paneId: here().here })),
    command('files-refresh', 'Refresh files', () => panes.refresh(here().here)),
    {
      id: 'files-here',
      title: 'Open files for this terminal',
      keys: '',
      when: () => activePane() !== undefined,
      run: () => {
        const pane = activePane()
        if (pane) openFiles({ side: { target: pane.target, root: false }, path: requests.shells.folderOf(pane.id) })
      },
    },
    command('files-terminal', 'Open terminal in this folder', () => actions.openTerminal(here().here)),
  ]
}
