import { nameOf } from '../../shared/base/paths.ts'
import { shownName } from '../../shared/base/shown-name.ts'
import type { Host } from '../../shared/contract/hosts.ts'
import type { FileTab } from '../../shared/contract/workspace.ts'
import { sideAmong } from '../mirrors/targets.ts'
import { shownTab } from './files-tabs.ts'
import type { FilesTab, Tab } from './workspace-store.ts'

/**
 * The titles of tabs by their IDs: the name that the user gave, the title of a terminal’s active pane, or the hosts of
 * a tab of files. Tabs of files on the same hosts are told apart by folder.
 */
export function titlesOf(tabs: readonly Tab[], hosts: readonly Host[]): ReadonlyMap<string, string> {
  const titles = new Map<string, string>()
  const files: { readonly tab: FilesTab; readonly title: string }[] = []
  for (const tab of tabs) {
    if (tab.title !== null) titles.set(tab.id, tab.title)
    else if (tab.kind === 'files') files.push({ tab, title: filesTitle(tab, hosts) })
    else titles.set(tab.id, tab.panes[tab.activePane]?.title ?? 'Terminal')
  }
  for (const { tab, title } of files) {
    const folder = folderAmong(
      tab,
      files.filter(each => each.title === title).map(each => each.tab),
    )
    titles.set(tab.id, folder === '' ? title : `${title} · ${folder}`)
  }
  return titles
}

function filesTitle(tab: FilesTab, hosts: readonly Host[]): string {
  const names = remoteTabs(tab).map(({ side }) => sideAmong(side, hosts))
  return names.length === 0 ? 'Files' : `Files: ${[...new Set(names)].join(', ')}`
}

/** The folder that tells a tab from the others: its name, or its path where another one has the same name. */
function folderAmong(tab: FilesTab, alike: readonly FilesTab[]): string {
  if (alike.length < 2) return ''
  const path = folderOf(tab)
  const name = nameOf(path) || path
  const isAmbiguous = alike.some(each => folderOf(each) !== path && nameOf(folderOf(each)) === name)
  return shownName(isAmbiguous ? path : name)
}

/** The folder on the host, or on the right if both panes are on this computer. Null is the home folder. */
function folderOf(tab: FilesTab): string {
  return (remoteTabs(tab).at(-1) ?? shownTab(tab.right)).path ?? '~'
}

function remoteTabs(tab: FilesTab): readonly FileTab[] {
  return [shownTab(tab.left), shownTab(tab.right)].filter(({ side }) => side.target.kind !== 'local')
}
