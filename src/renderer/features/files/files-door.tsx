import { Files } from 'lucide-react'

import { nameOf, parentOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { TransferSnapshot } from '../../../shared/contract/transfers.ts'
import { remind, reportProblem } from '../../mirrors/notices.ts'
import { mirrorSides } from '../../mirrors/sides.ts'
import { labelAmong } from '../../mirrors/targets.ts'
import { onTransferEnded } from '../../mirrors/transfers.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { showFiles } from '../../workspace/files-tabs.ts'
import { activeFiles, useWorkspace } from '../../workspace/workspace-store.ts'
import { fileCommands } from './file-commands.ts'
import { guardDrafts, takeOverDrafts } from './drafts.ts'
import type { FilePanes } from './file-panes.ts'
import { createFileServices } from './file-services.ts'
import { FilesHere } from './files-here.tsx'
import { FilesPage } from './files-page.tsx'
import { closeFile, editFile, editLocalFile, OpenFileEditor, useOpenFile } from './local-file.tsx'

/** Files: their tabs, previews and the editor. */
export function filesDoor(context: DoorContext) {
  const { api, store } = context
  store.add(mirrorSides(api))
  const services = createFileServices(context)
  const { panes } = services
  guardDrafts(window)
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
        View: () => <OpenFileEditor context={context} panes={panes} />,
        useOpen: () => useOpenFile(state => state.open),
        close: closeFile,
      },
    ],
    statusHere: FilesHere,
    restored: () => {
      expectRestored(panes)
      void offerDrafts(api).catch(reportProblem)
    },
    answers: { editLocalFile },
  } satisfies Door
}

/** Shows at once what a transfer brought, or took away. */
function refreshAfter(panes: FilePanes, { request }: TransferSnapshot): void {
  panes.refreshShowing(request.to.side, request.to.path)
  if (!request.options?.move) return
  for (const folder of new Set(request.from.paths.map(parentOf))) panes.refreshShowing(request.from.side, folder)
}

/** Unsaved texts of a page that was lost are offered again. */
async function offerDrafts(api: Api): Promise<void> {
  const drafts = await takeOverDrafts(api)
  if (drafts.length === 0) return
  const { hosts } = await api.hosts.list()
  for (const { place } of drafts) {
    const { target } = place.side
    const where = target.kind === 'local' ? 'this computer' : labelAmong(target, hosts)
    const text = `Your unsaved changes to ${shownName(nameOf(place.path))} on ${where} were kept.`
    remind(text, { label: 'Open', run: () => editFile(place, 1) })
  }
}

/** The file panes that are shown now are those of the last run. */
function expectRestored(panes: FilePanes): void {
  const tab = activeFiles(useWorkspace.getState())
  const shown = tab ? [tab.left.tabs[tab.left.active], tab.right.tabs[tab.right.active]] : []
  panes.expectRestored(shown.flatMap(each => each?.id ?? []))
}
