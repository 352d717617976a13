import { useMemo } from 'react'

import { FilesView } from './files-view.tsx'
import { useFiles } from './files-state.ts'
import type { FileLocation } from './location-picker.tsx'
import { type Column } from './rows.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { isDark } from '../../ui/theme.ts'
import { changeSettings, useSettings } from '../../mirrors/settings.ts'
import type { FilesTab } from '../../workspace/workspace-store.ts'
import type { DoorContext } from '../../workspace/door.ts'
import type { FileServices } from './file-services.ts'
import { paneMenu, rowMenu } from './files-menus.ts'
import { type FilesParts } from './files-parts.ts'

interface FilesPageProps {
  readonly tab: FilesTab
  readonly services: FileServices
  readonly context: DoorContext
}

/** A tab of files: its panes and their menus. */
export function FilesPage({ tab, services, context }: FilesPageProps) {
  const { api, pathOf, requests } = context
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
    ...services,
    locations,
    columns: useMemo((): readonly Column[] => ['name', ...columns], [columns]),
    widths,
    setWidth: (column, width) => {
      const { [column]: _old, ...others } = widths
      const next = width === null ? others : { ...others, [column]: width }
      void changeSettings(api, 'files', { widths: next }).catch(reportProblem)
    },
    hidden,
    toggleHidden: () => void changeSettings(api, 'files', { hidden: !hidden }).catch(reportProblem),
    rowMenu: (paneId, names) => rowMenu(services, paneId, names),
    paneMenu: fileTab => paneMenu({ api, ...services }, { tab, fileTab, settings: settings.files, synced }),
    pathOf,
    isDark: isDark(),
    openLink: (target, address) => requests.openLink(target, address),
    sender: requests.sender,
    onProblem: reportProblem,
  }
  return <FilesView tab={tab} parts={view} />
}
