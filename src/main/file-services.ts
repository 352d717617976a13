import { join } from 'node:path'

import type { DisposableStore } from '../shared/base/lifecycle.ts'
import type { Host } from '../shared/contract/hosts.ts'
import type { Target } from '../shared/contract/targets.ts'
import type { ActivityService } from './activity/activity-service.ts'
import { FileService } from './files/file-service.ts'
import { FileSides } from './files/file-sides.ts'
import { LocalFiles } from './files/local-files.ts'
import { openRemoteFiles } from './files/remote-files.ts'
import { SmallFiles } from './files/small-files.ts'
import type { HostService } from './hosts/host-service.ts'
import type { PromptService } from './prompts/prompt-service.ts'
import type { AskOptions } from './prompts/prompter.ts'
import { EditService } from './remote-edit/edit-service.ts'
import { startEditor } from './remote-edit/start-editor.ts'
import type { Outside } from './services.ts'
import type { Connections } from './connection-services.ts'
import type { ConnectionPlan, PlannedHop } from './ssh/connection-plan.ts'
import type { JsonFile } from './storage/json-file.ts'
import type { TransferFile } from './transfers/transfer-record.ts'
import { summaryOf, TransferService } from './transfers/transfer-service.ts'

/** The services that work with files. */
export interface FileServices {
  readonly edits: EditService
  readonly files: FileService
  readonly transfers: TransferService
}

interface FileParts {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly prompts: PromptService
  readonly hosts: HostService
  readonly activity: ActivityService
  readonly file: JsonFile<TransferFile>
  readonly editor: () => string
}

// Shorter copies need no notification.
const notifyAfterMs = 10_000

/** Builds the sides that files are on, the window's file operations, and transfers. */
export function buildFileServices(outside: Outside, parts: FileParts): FileServices {
  const { reportBug, notify, openPort, trash, shortcuts, smallFilesWorker } = outside
  const { store, connections, prompts, hosts, activity, file } = parts
  const { pool } = connections
  const local = new LocalFiles(store.add(new SmallFiles(smallFilesWorker)))
  const sides = store.add(
    new FileSides(async ({ target, root }, { key, onStep, signal, asker }) => {
      if (target.kind === 'local') return local
      const plan = await connections.prepare(target, { onStep, signal, asker })
      return openRemoteFiles({
        key,
        lease: await pool.lease(plan, { onStep, signal, asker }),
        // Bulk data gets its own connection, so that shells on the shared one stay responsive.
        leaseMore: (index, abort) =>
          pool.lease(withKeyEnding(plan, ` data ${index}`), { onStep: () => {}, signal: abort, quiet: true }),
        leaseAlone: abort => pool.lease(withKeyEnding(plan, ' files'), { onStep, signal: abort, asker }),
        askSudo: root ? () => askSudo(prompts, plan, { asker, signal }) : null,
        signal,
      })
    }),
  )
  const transfers = store.add(
    new TransferService({
      sides,
      prompter: prompts,
      file,
      reportBug,
      note: text => outside.tell('info', text),
      onEnded: (entry, tookMs) => {
        const failed = entry.state.kind === 'failed'
        const far = [entry.request.to.side, entry.request.from.side].map(side => side.target)
        activity.add(failed ? 'copy-failed' : 'copied', placeNames(far, hosts.hosts), summaryOf(entry))
        if (tookMs > notifyAfterMs) notify(failed ? `Couldn’t copy everything: ${summaryOf(entry)}` : summaryOf(entry))
      },
    }),
  )
  const edits = store.add(
    new EditService({
      sides,
      prompter: prompts,
      folder: join(outside.dataFolder, 'edits'),
      openEditor: path => startEditor(path, parts.editor(), outside.env),
      tell: outside.tell,
      reportBug,
    }),
  )
  void edits.restore().catch(error => reportBug('edits', error))
  return {
    edits,
    files: store.add(new FileService({ note: text => outside.tell('info', text), sides, openPort, trash, shortcuts })),
    transfers,
  }
}

async function askSudo(prompts: PromptService, plan: ConnectionPlan, options: AskOptions): Promise<string | null> {
  const hop = plan.at(-1) as PlannedHop
  const answer = await prompts.ask(
    {
      kind: 'secrets',
      from: { kind: 'hawser' },
      title: `sudo on ${hop.label}`,
      text: `Password for ${hop.user}, to browse files as root`,
      prompts: [{ text: 'Password', echo: false }],
      remember: false,
    },
    options,
  )
  return answer?.kind === 'secrets' ? (answer.secrets[0] ?? null) : null
}

function withKeyEnding(plan: ConnectionPlan, ending: string): ConnectionPlan {
  const hop = plan.at(-1) as PlannedHop
  return [...plan.slice(0, -1), { ...hop, key: `${hop.key}${ending}` }] as unknown as ConnectionPlan
}

function placeNames(targets: readonly Target[], hosts: readonly Host[]): string {
  const names = targets.flatMap(target => {
    if (target.kind === 'local') return []
    if (target.kind === 'address') return [target.address]
    return [hosts.find(host => host.id === target.hostId)?.label ?? 'Deleted host']
  })
  return names.length === 0 ? 'This computer' : [...new Set(names)].join(', ')
}
