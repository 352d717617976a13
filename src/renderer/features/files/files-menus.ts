import { shownName } from '../../../shared/base/shown-name.ts'
import type { Entry } from '../../../shared/contract/files.ts'
import type { Settings } from '../../../shared/contract/settings.ts'
import type { FileTab } from '../../../shared/contract/workspace.ts'
import { compareByContents, compareByTime } from './compare.ts'
import { isArchive } from './file-actions.ts'
import { paneOf } from './file-panes.ts'
import { openDialog, useFiles } from './files-state.ts'
import { sideText } from '../../mirrors/sides.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { changeSettings } from '../../mirrors/settings.ts'
import type { MenuItem } from '../../ui/menu.tsx'
import { addFileTab, setFileSide } from '../../workspace/files-tabs.ts'
import { type FilesTab, type PaneSide } from '../../workspace/workspace-store.ts'
import type { FileServices } from './file-services.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { otherPane } from './other-pane.ts'

/** What can be done with the rows under the pointer; with none, with the folder itself. */
export function rowMenu(services: FileServices, paneId: string, names: readonly string[]): readonly MenuItem[] {
  const { actions } = services
  const pane = paneOf(paneId)
  if (!pane) return []
  if (names.length === 0) return folderMenu(services, paneId)
  const [name = ''] = names
  const one = names.length === 1
  const entry = pane.entries.find(each => each.name === name)
  const remote = pane.side.target.kind !== 'local'
  const picked = new Set(names)
  const folders = pane.entries.some(each => each.kind === 'folder' && picked.has(each.name))
  return [
    ...openItems(services, paneId, one ? entry : undefined),
    ...copyItems(services, paneId),
    ...(remote ? [{ label: 'Download to…', run: () => void actions.saveTo(paneId).catch(reportProblem) }] : []),
    { label: 'Copy', keys: 'Ctrl+C', line: true, run: () => actions.remember(paneId, false) },
    { label: 'Cut', keys: 'Ctrl+X', run: () => actions.remember(paneId, true) },
    { label: 'Duplicate', keys: 'Ctrl+D', run: () => actions.duplicate(paneId) },
    ...(one ? [{ label: 'Rename', keys: 'F2', run: () => actions.beginRename(paneId) }] : []),
    { label: 'Copy path', line: true, run: () => actions.copyPaths(paneId) },
    ...(remote
      ? [
          { label: 'Copy scp command', run: () => actions.copyCommand(paneId, 'scp') },
          { label: 'Copy rsync command', run: () => actions.copyCommand(paneId, 'rsync') },
        ]
      : []),
    ...(pane.info?.commands === true
      ? [
          { label: 'Compress', line: true, run: () => openDialog({ kind: 'compress', paneId, names }) },
          ...(one && isArchive(name) ? [{ label: 'Extract here', run: () => actions.extract(paneId, name) }] : []),
        ]
      : []),
    ...(folders
      ? [{ label: 'Calculate folder size', run: () => void actions.countSizes(paneId).catch(reportProblem) }]
      : []),
    {
      label: 'Properties',
      keys: 'Alt+Enter',
      line: true,
      run: () => openDialog({ kind: 'properties', paneId, names }),
    },
    {
      label: remote ? 'Delete' : 'Move to Trash',
      keys: 'Del',
      danger: true,
      line: true,
      run: () => openDialog({ kind: 'delete', paneId, names }),
    },
  ]
}

function openItems({ actions }: FileServices, paneId: string, entry: Entry | undefined): readonly MenuItem[] {
  if (!entry) return []
  const open: MenuItem = { label: 'Open', keys: 'Enter', run: () => actions.open(paneId, entry) }
  if (entry.kind !== 'file') return [open]
  const edit: MenuItem = { label: 'Edit', keys: 'F4', run: () => actions.edit(paneId) }
  if (paneOf(paneId)?.side.target.kind === 'local') return [open, edit]
  return [open, edit, { label: 'Open in external editor', run: () => actions.editOutside(paneId, entry.name) }]
}

function copyItems({ actions }: FileServices, paneId: string): readonly MenuItem[] {
  const other = otherPane(paneId)
  if (other === null) return []
  return [
    { label: 'Copy to other pane', keys: 'F5', line: true, run: () => actions.transfer(paneId, other, false) },
    { label: 'Move to other pane', keys: 'F6', run: () => actions.transfer(paneId, other, true) },
  ]
}

function folderMenu({ actions, panes }: FileServices, paneId: string): readonly MenuItem[] {
  return [
    { label: 'New folder', keys: 'F7', run: () => openDialog({ kind: 'new-folder', paneId }) },
    { label: 'New file', keys: 'Shift+F7', run: () => openDialog({ kind: 'new-file', paneId }) },
    { label: 'New symbolic link', run: () => openDialog({ kind: 'new-link', paneId }) },
    { label: 'Paste', keys: 'Ctrl+V', line: true, run: () => void actions.paste(paneId) },
    { label: 'Find files', run: () => openDialog({ kind: 'find', paneId }) },
    { label: 'Open terminal here', run: () => actions.openTerminal(paneId) },
    { label: 'Refresh', keys: 'Ctrl+R', line: true, run: () => panes.refresh(paneId) },
  ]
}

interface MenuServices extends FileServices {
  readonly api: Api
}

interface PaneMenuContext {
  readonly tab: FilesTab
  readonly fileTab: FileTab
  readonly settings: Settings['files']
  readonly synced: boolean
}

/** The menu of a pane's head. */
export function paneMenu(services: MenuServices, context: PaneMenuContext): readonly MenuItem[] {
  const { api, actions } = services
  const { tab, fileTab, synced } = context
  const paneId = fileTab.id
  const side: PaneSide = tab.left.tabs.some(({ id }) => id === paneId) ? 'left' : 'right'
  const remote = fileTab.side.target.kind !== 'local'
  const setSynced = () => useFiles.setState(state => ({ synced: { ...state.synced, [tab.id]: !synced } }))
  return [
    { label: 'New tab', run: () => addFileTab(tab.id, side) },
    { label: 'New file', run: () => openDialog({ kind: 'new-file', paneId }) },
    { label: 'New symbolic link', run: () => openDialog({ kind: 'new-link', paneId }) },
    { label: 'Find files', run: () => openDialog({ kind: 'find', paneId }) },
    { label: 'Open terminal here', run: () => actions.openTerminal(paneId) },
    { label: synced ? 'Stop sync browsing' : 'Sync browsing', line: true, run: setSynced },
    { label: 'Compare with other pane', run: () => void compare(api, paneId, compareByTime) },
    { label: 'Compare contents with other pane', run: () => void compare(api, paneId, compareByContents) },
    ...bookmarkItems(services, context),
    ...columnItems(api, context),
    ...(remote
      ? [
          {
            label: fileTab.side.root ? 'Browse as your user' : 'Browse as root (sudo)',
            danger: !fileTab.side.root,
            line: true,
            run: () => setFileSide(paneId, { ...fileTab.side, root: !fileTab.side.root }, fileTab.path),
          },
        ]
      : []),
  ]
}

function bookmarkItems({ api, panes }: MenuServices, { fileTab, settings }: PaneMenuContext): readonly MenuItem[] {
  const { side, path } = fileTab
  const mine = settings.bookmarks.filter(each => sideText(each.side) === sideText(side))
  const save = (bookmarks: Settings['files']['bookmarks']) =>
    void changeSettings(api, 'files', { bookmarks }).catch(reportProblem)
  const here = path === null ? undefined : mine.find(each => each.path === path)
  const toggle: MenuItem[] =
    path === null
      ? []
      : here
        ? [
            {
              label: 'Remove bookmark',
              line: true,
              run: () => save(settings.bookmarks.filter(each => each !== here)),
            },
          ]
        : [
            {
              label: 'Bookmark this folder',
              line: true,
              run: () => save([...settings.bookmarks, { side, path, label: shownName(path).slice(-256) }]),
            },
          ]
  const shortcuts = (paneOf(fileTab.id)?.info?.shortcuts ?? []).map(({ name, path: to }) => ({
    label: name,
    run: () => panes.go(fileTab.id, to),
  }))
  return [
    ...toggle,
    ...shortcuts,
    ...mine.map(({ label, path: to }) => ({ label, run: () => panes.go(fileTab.id, to) })),
  ]
}

const columnWords = { size: 'Size', modified: 'Modified', mode: 'Permissions', owner: 'Owner', type: 'Type' } as const
const columnOrder = ['size', 'modified', 'mode', 'owner', 'type'] as const

function columnItems(api: Api, { settings }: PaneMenuContext): readonly MenuItem[] {
  return columnOrder.map((column, index) => {
    const shown = settings.columns.includes(column)
    const columns = columnOrder.filter(each => (each === column ? !shown : settings.columns.includes(each)))
    return {
      label: `${shown ? 'Hide' : 'Show'} ${columnWords[column]} column`,
      line: index === 0,
      run: () => void changeSettings(api, 'files', { columns }).catch(reportProblem),
    }
  })
}

async function compare(api: Api, paneId: string, how: typeof compareByTime): Promise<void> {
  const other = otherPane(paneId)
  if (other === null) return
  try {
    const differing = await how(api, paneId, other)
    showNotice(
      differing === 0
        ? 'The folders are identical.'
        : `${differing === 1 ? '1 item differs and is' : `${differing} items differ and are`} selected in this pane. Press F5 to copy.`,
    )
  } catch (error) {
    reportProblem(error)
  }
}
