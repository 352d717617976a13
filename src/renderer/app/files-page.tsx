import { useMemo } from 'react'

import type { Side } from '../../shared/contract/files.ts'
import { FilesView, type FilesParts } from '../features/files/files-view.tsx'
import { useFiles } from '../features/files/files-state.ts'
import type { FileLocation } from '../features/files/location-picker.tsx'
import { type Column } from '../features/files/rows.ts'
import { sideText } from '../mirrors/sides.ts'
import { sizeText } from '../../shared/base/sizes.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { tellProblem } from '../mirrors/notices.ts'
import { isDark } from '../ui/theme.ts'
import { changeSettings, useSettings } from '../mirrors/settings.ts'
import { TransfersPanel } from '../features/transfers/transfers-panel.tsx'
import { shownTab } from '../workspace/files-tabs.ts'
import type { FilesTab } from '../workspace/workspace-store.ts'
import type { Parts } from './boot.ts'
import { paneMenu, rowMenu } from './files-menus.ts'
import { openHostLink } from './forwards-pieces.tsx'

/** The files page: its panes, its menus and the transfers. */
export function FilesPage({ tab, parts }: { readonly tab: FilesTab; readonly parts: Parts }) {
  const { api, files } = parts
  const hosts = useHosts(state => state.book.hosts)
  const settings = useSettings(state => state.settings)
  const synced = useFiles(state => state.synced[tab.id] ?? false)
  const locations = useMemo(
    (): readonly FileLocation[] => [
      { label: 'This computer', target: { kind: 'local' } },
      ...hosts.map(({ id, label }) => ({ label, target: { kind: 'host' as const, hostId: id } })),
    ],
    [hosts],
  )
  const { columns, hidden, widths } = settings.files
  const view: FilesParts = {
    api,
    ...files,
    locations,
    columns: useMemo((): readonly Column[] => ['name', ...columns], [columns]),
    widths,
    setWidth: (column, width) => {
      const { [column]: _old, ...others } = widths
      const next = width === null ? others : { ...others, [column]: width }
      void changeSettings(api, 'files', { widths: next }).catch(tellProblem)
    },
    hidden,
    toggleHidden: () => void changeSettings(api, 'files', { hidden: !hidden }).catch(tellProblem),
    rowMenu: (paneId, names) => rowMenu(parts, paneId, names),
    paneMenu: fileTab => paneMenu(parts, { tab, fileTab, settings: settings.files, synced }),
    pathOf: parts.pathOf,
    isDark: isDark(),
    openLink: (target, address) => openHostLink({ api }, target, address),
    sender: parts.sender,
    onProblem: tellProblem,
  }
  return (
    <FilesView
      tab={tab}
      parts={view}
      transfers={<TransfersPanel api={api} sizeText={sizeText} onProblem={tellProblem} />}
    />
  )
}

/** The pane of a tab that has the keyboard, and the one beside it. */
export function panesOfTab(tab: FilesTab): { readonly here: string; readonly other: string } {
  const [here, other] = tab.focus === 'left' ? [tab.left, tab.right] : [tab.right, tab.left]
  return { here: shownTab(here).id, other: shownTab(other).id }
}

/** What is selected on the left of the status bar, the room on the disk on the right. */
export function FilesStatus({ tab }: { readonly tab: FilesTab }) {
  const { here } = panesOfTab(tab)
  const pane = useFiles(state => state.panes[here])
  const hosts = useHosts(state => state.book.hosts)
  if (!pane) return null
  const { entries, selection, space } = pane
  const picked = entries.filter(({ name }) => selection.selected.has(name))
  const bytes = picked.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
  const label = labelOfSide(pane.side, hosts)
  return (
    <>
      <span role="status" aria-label="Selection">
        {picked.length > 0
          ? `${picked.length} selected · ${sizeText(bytes)}`
          : `${entries.length.toLocaleString()} ${entries.length === 1 ? 'item' : 'items'}`}
      </span>
      {space && <span>{`${label}: ${sizeText(space.free)} free of ${sizeText(space.total)}`}</span>}
    </>
  )
}

function labelOfSide({ target }: Side, hosts: readonly { id: string; label: string }[]): string {
  if (target.kind === 'local') return 'This computer'
  if (target.kind === 'address') return target.address
  return hosts.find(({ id }) => id === target.hostId)?.label ?? 'Deleted host'
}

/** Two sides are the same files. */
export function sameSide(a: Side, b: Side): boolean {
  return sideText(a) === sideText(b)
}
