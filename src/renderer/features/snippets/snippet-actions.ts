import type { Api } from '../../../shared/contract/contract.ts'
import { copyText } from '../../mirrors/copy-text.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import type { DoorContext } from '../../workspace/door.ts'
import type { SnippetRunner } from './run-snippet.ts'
import { numberKeysOf } from './snippet-commands.ts'
import type { SnippetActions } from './snippets-page.tsx'

/** What the page of snippets does with them. */
export function snippetActions(context: DoorContext, snippets: SnippetRunner): SnippetActions {
  const { api } = context
  const quietly = (work: Promise<unknown>) => void work.catch(reportProblem)
  return {
    numberKeys: numberKeysOf(context),
    run: snippet => snippets.run(snippet),
    duplicate: snippet =>
      quietly(
        api.snippets.save({
          snippet: {
            ...snippet,
            id: crypto.randomUUID() as typeof snippet.id,
            name: `${snippet.name.slice(0, 58)} copy`,
            key: null,
          },
        }),
      ),
    copyCommand: ({ command }) => copyText(api, command),
    exportTo: snippet => quietly(exportSnippets(api, snippet === null ? null : [snippet.id])),
    importFrom: () => quietly(importSnippets(api)),
    addStarters: () =>
      quietly(
        api.snippets
          .addStarters()
          .then(added =>
            showNotice(
              added === 0
                ? 'All starter snippets are already in your library.'
                : `Restored ${added === 1 ? '1 starter snippet' : `${added} starter snippets`}.`,
            ),
          ),
      ),
  }
}

async function exportSnippets(api: Api, ids: Parameters<Api['snippets']['exportTo']>[0]['ids']): Promise<void> {
  const folder = await api.app.chooseFolder({ title: 'Choose where to save the snippets' })
  if (folder !== null) showNotice(`Exported to ${await api.snippets.exportTo({ folder, ids })}.`)
}

const formats = { hawser: 'Hawser', electerm: 'electerm', termius: 'Termius' } as const

async function importSnippets(api: Api): Promise<void> {
  const path = await api.app.chooseFile({ title: 'Choose a Hawser, electerm or Termius export' })
  if (path === null) return
  const { format, added, there, skipped } = await api.snippets.importFrom({ path })
  const parts = [
    `${added === 1 ? '1 snippet' : `${added} snippets`} from ${formats[format]}`,
    there > 0 && `${there} already existed`,
    added > 0 && 'Imported snippets have no shortcut and are only typed. Edit them to change that',
    ...skipped.slice(0, 3),
    skipped.length > 3 && `${skipped.length - 3} more were skipped`,
  ]
  showNotice(`${parts.filter(Boolean).join('. ')}.`)
}
