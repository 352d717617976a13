import { join } from 'node:path'

import type { DisposableStore } from '../../shared/base/lifecycle.ts'
import type { ActivityService } from '../activity/activity-service.ts'
import { FileService } from '../files/file-service.ts'
import { FileSides } from '../files/file-sides.ts'
import { LocalFiles } from '../files/local-files.ts'
import { sideOpener } from '../files/open-side.ts'
import { SmallFiles } from '../files/small-files.ts'
import type { HostService } from '../hosts/host-service.ts'
import type { PromptService } from '../prompts/prompt-service.ts'
import { EditService } from '../remote-edit/edit-service.ts'
import { startEditor } from '../remote-edit/start-editor.ts'
import type { Connections } from '../ssh/connections.ts'
import type { JsonFile } from '../storage/json-file.ts'
import { newsOf } from '../transfers/transfer-news.ts'
import type { TransferFile } from '../transfers/transfer-record.ts'
import { TransferService } from '../transfers/transfer-service.ts'
import type { Environment } from './environment.ts'

interface FileInput {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly prompts: PromptService
  readonly hosts: HostService
  readonly activity: ActivityService
  readonly file: JsonFile<TransferFile>
  readonly editor: () => string
}

/** Builds the sides that files are on, the window's file operations, and transfers. */
export function buildFiles(
  environment: Environment,
  { store, connections, prompts, hosts, activity, file, editor }: FileInput,
): { readonly edits: EditService; readonly files: FileService; readonly transfers: TransferService } {
  const { dataFolder, env, reportBug, notify, showNotice, openPort, trash, shortcuts, smallFilesWorker } = environment
  const note = (text: string) => showNotice('info', text)
  const local = new LocalFiles(store.add(new SmallFiles(smallFilesWorker)))
  const sides = store.add(
    new FileSides(sideOpener({ local, connections, prompter: prompts }), ({ target }, lost) =>
      connections.redial(target, lost),
    ),
  )
  const transfers = store.add(
    new TransferService({
      sides,
      prompter: prompts,
      file,
      reportBug,
      note,
      redial: ({ from, to }, lost) => {
        const hosts = [from, to].map(({ side }) => side.target).filter(({ kind }) => kind !== 'local')
        return connections.redial(
          hosts.find(target => !connections.isLive(target)) ?? hosts[0] ?? from.side.target,
          lost,
        )
      },
      onEnded: (entry, tookMs) => {
        const { kind, subject, text, notice } = newsOf(entry, { tookMs, nameOf: target => hosts.nameOf(target) })
        activity.add(kind, subject, text)
        if (notice !== null) notify(notice)
      },
    }),
  )
  const edits = store.add(
    new EditService({
      sides,
      prompter: prompts,
      folder: join(dataFolder, 'edits'),
      openEditor: path => startEditor(path, editor(), env),
      showNotice,
      reportBug,
    }),
  )
  void edits.restore().catch(error => reportBug('edits', error))
  return { edits, files: store.add(new FileService({ note, sides, openPort, trash, shortcuts })), transfers }
}
