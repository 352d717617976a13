import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'

import { shownName, shownText } from '../../../shared/base/shown-name.ts'
import type { Group, Host } from '../../../shared/contract/hosts.ts'
import type { Snippet } from '../../../shared/contract/snippets.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import { Button } from '../../ui/button.tsx'
import { ContextMenu, type MenuItem } from '../../ui/menu.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { shownShortcut } from '../../ui/shortcut.ts'
import { SnippetIcon } from './snippet-icon.tsx'
import css from './snippets.module.css'
import { matchingSnippets, openSnippetDialog, snippetsFor } from './snippets-state.ts'
import { useSnippets } from '../../mirrors/snippets.ts'

interface HostSnippetsProps {
  readonly target: Target
  readonly book: { readonly hosts: readonly Host[]; readonly groups: readonly Group[] }
  readonly numberKeys: (number: number) => string
  readonly run: (snippet: Snippet) => void
  /** Asks on which hosts to run it. */
  readonly runElsewhere: (snippet: Snippet) => void
}

const minForFilter = 10
const maxShown = 30

/** The snippets of a host, as buttons. */
export function HostSnippets({ target, book, numberKeys, run, runElsewhere }: HostSnippetsProps) {
  const [typed, setTyped] = useState('')
  const all = useSnippets(state => state.book)
  const available = useMemo(() => snippetsFor(all, target, book), [all, target, book])
  const found = matchingSnippets(available, typed)
  const menuOf = (snippet: Snippet): readonly MenuItem[] => [
    { label: 'Run on other hosts', run: () => runElsewhere(snippet) },
    { label: 'Edit snippet', line: true, run: () => openSnippetDialog({ kind: 'form', snippet }) },
    { label: 'Delete snippet', danger: true, run: () => openSnippetDialog({ kind: 'delete', snippet }) },
  ]
  return (
    <div className={css['buttons']}>
      {available.length > minForFilter && (
        <SearchField label="Find a snippet" placeholder="Find a snippet" value={typed} onText={setTyped} />
      )}
      <div className={css['buttonGrid']}>
        {found.slice(0, maxShown).map(snippet => (
          <ContextMenu key={snippet.id} items={menuOf(snippet)}>
            <Button small data-once title={titleOf(snippet, numberKeys)} onClick={() => run(snippet)}>
              <SnippetIcon name={snippet.icon} size={13} />
              <span>{shownName(snippet.name)}</span>
            </Button>
          </ContextMenu>
        ))}
      </div>
      {found.length > maxShown && (
        <p className={css['hint']}>{`${(found.length - maxShown).toLocaleString('en')} more. Type to filter.`}</p>
      )}
      {available.length > 0 && found.length === 0 && <p className={css['hint']}>No snippets match.</p>}
      <Button small look="ghost" onClick={() => openSnippetDialog({ kind: 'form', snippet: null })}>
        <Plus size={13} aria-hidden="true" /> New snippet
      </Button>
    </div>
  )
}

function titleOf({ name, description, command, key }: Snippet, keysOf: (number: number) => string): string {
  const keys = key === null ? '' : ` (${shownShortcut(keysOf(key))})`
  return shownText(`${name}${keys}\n${description || command.slice(0, 300)}`)
}
