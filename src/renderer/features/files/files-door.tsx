import { Files } from 'lucide-react'

import { parentOf } from '../../../shared/base/paths.ts'
import type { TransferSnapshot } from '../../../shared/contract/transfers.ts'
import { mirrorSides } from '../../mirrors/sides.ts'
import { onTransferEnded } from '../../mirrors/transfers.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { showFiles } from '../../workspace/files-tabs.ts'
import { activeFiles, useWorkspace } from '../../workspace/workspace-store.ts'
import { fileCommands } from './file-commands.ts'
import type { FilePanes } from './file-panes.ts'
import { createFileServices } from './file-services.ts'
import { FilesHere } from './files-here.tsx'
import { FilesPage } from './files-page.tsx'
import { closeLocalFile, editLocalFile, LocalFile, useLocalFile } from './local-file.tsx'

/** Files: their tabs, previews and the editor. */
export function filesDoor(context: DoorContext) {
  const { api, store } = context
  store.add(mirrorSides(api))
  const services = createFileServices(context)
  const { panes } = services
  store.add(onTransferEnded(transfer => refreshAfter(panes, transfer)))
  return {
    pages: [
      {
        id: 'files',
        text: 'Files',
        icon: <Files size={16} aria-hidden="true" />,
        place: 110,
        open: showFiles,
      },
    ],
    tab: {
      kind: 'files',
      View: ({ tab }) => (tab.kind === 'files' ? <FilesPage tab={tab} services={services} context={context} /> : null),
      useLooks: () => () => ({ tone: 'none', state: 'files' }),
    },
    commands: fileCommands(context, services),
    overlays: [
      {
        View: () => <LocalFile context={context} panes={panes} />,
        useOpen: () => useLocalFile(state => state.open),
        close: closeLocalFile,
      },
    ],
    statusHere: FilesHere,
    restored: () => expectRestored(panes),
    answers: { editLocalFile },
  } satisfies Door
}

/** Shows at once what a transfer brought, or took away. */
function refreshAfter(panes: FilePanes, { request }: TransferSnapshot): void {
  panes.refreshShowing(request.to.side, request.to.path)
  if (!request.options?.move) return
  for (const folder of new Set(request.from.paths.map(parentOf))) panes.refreshShowing(request.from.side, folder)
}

/** The file panes that are shown now are those of the last run. */
function expectRestored(panes: FilePanes): void {
  const tab = activeFiles(useWorkspace.getState())
  const shown = tab ? [tab.left.tabs[tab.left.active], tab.right.tabs[tab.right.active]] : []
  panes.expectRestored(shown.flatMap(each => each?.id ?? []))
}
