import { Braces, ChevronDown, ChevronRight, Download, Ellipsis, Pencil, Play, Plus, Upload } from 'lucide-react'
import { memo, useEffect, useMemo, useState } from 'react'
import { flushSync } from 'react-dom'

import { shownName, shownText } from '../../../shared/base/shown-name.ts'
import type { Snippet } from '../../../shared/contract/snippets.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SectionGrid, type GridSection } from '../../ui/section-grid.tsx'
import { shownShortcut } from '../../ui/shortcut.ts'
import { Tag } from '../../ui/tag.tsx'
import page from '../../ui/page.module.css'
import ui from '../../ui/text.module.css'
import { SnippetIcon } from './snippet-icon.tsx'
import css from './snippets.module.css'
import { byPackage, foldPackage, matchingSnippets, openSnippetDialog, useSnippetsView } from './snippets-state.ts'
import { useSnippets } from '../../mirrors/snippets.ts'

/** The actions of the snippets page. */
export interface SnippetActions {
  readonly run: (snippet: Snippet) => void
  readonly duplicate: (snippet: Snippet) => void
  readonly copyCommand: (snippet: Snippet) => void
  readonly exportTo: (snippet: Snippet | null) => void
  readonly importFrom: () => void
  readonly addStarters: () => void
  /** The shortcut of a number, such as `Ctrl+Shift+1`. */
  readonly numberKeys: (number: number) => string
}

const cardHeight = 64
/** More characters of a command than fit on a card. */
const maxLineLength = 500

/** The saved snippets, by package. */
export function SnippetsPage({ actions }: { readonly actions: SnippetActions }) {
  const book = useSnippets(state => state.book)
  const loaded = useSnippets(state => state.loaded)
  const filter = useSnippetsView(state => state.filter)
  const folded = useSnippetsView(state => state.folded)
  const sections = useMemo(
    () => sectionsOf(matchingSnippets(book.snippets, filter), filter.trim() === '' ? folded : new Set()),
    [book.snippets, filter, folded],
  )
  // Builds the search index, so that the first key of a search is as fast as the others.
  useEffect(() => void matchingSnippets(book.snippets, 'x'), [book.snippets])
  const empty = loaded && book.snippets.length === 0
  return (
    <section className={`${page['page']} ${css['page']}`} aria-label="Snippets">
      <div className={css['head']}>
        <h1>Snippets</h1>
        <SearchField
          label="Find a snippet"
          placeholder="Find a snippet"
          value={filter}
          onText={text => useSnippetsView.setState({ filter: text })}
          onKeyDown={event => {
            const [only, ...others] = matchingSnippets(book.snippets, filter)
            if (event.key === 'Enter' && only && others.length === 0) actions.run(only)
          }}
        />
        <Menu
          trigger={
            <IconButton label="More actions">
              <Ellipsis size={16} />
            </IconButton>
          }
          items={[
            { label: 'Import snippets', icon: <Download size={14} />, run: actions.importFrom },
            { label: 'Export all snippets', icon: <Upload size={14} />, run: () => actions.exportTo(null) },
            { label: 'Restore starter snippets', line: true, run: actions.addStarters },
          ]}
        />
        <Button look="primary" onClick={() => openSnippetDialog({ kind: 'form', snippet: null })}>
          <Plus size={16} aria-hidden="true" /> New snippet
        </Button>
      </div>
      {empty && (
        <div className={page['empty']}>
          <Braces size={36} strokeWidth={1.25} aria-hidden="true" />
          <div>
            <strong>No snippets yet</strong>
            <p>Save the commands you use often, with variables to fill in when you run them.</p>
          </div>
          <Button look="primary" onClick={() => openSnippetDialog({ kind: 'form', snippet: null })}>
            <Plus size={16} aria-hidden="true" /> Create snippet
          </Button>
        </div>
      )}
      {!empty && sections.length === 0 && loaded && <p className={css['hint']}>No snippets match “{filter.trim()}”.</p>}
      {sections.length > 0 && (
        <SectionGrid
          sections={sections}
          rowHeight={cardHeight}
          card={snippet => <SnippetCard snippet={snippet} actions={actions} />}
        />
      )}
    </section>
  )
}

function sectionsOf(found: readonly Snippet[], folded: ReadonlySet<string>): readonly GridSection<Snippet>[] {
  return byPackage(found).map(([name, items]) => ({
    head:
      name === '' ? null : (
        <button
          type="button"
          className={css['package']}
          aria-expanded={!folded.has(name)}
          onClick={() => foldPackage(name)}
        >
          {folded.has(name) ? (
            <ChevronRight size={14} aria-hidden="true" />
          ) : (
            <ChevronDown size={14} aria-hidden="true" />
          )}
          {shownName(name)} <span>{items.length}</span>
        </button>
      ),
    items: folded.has(name) ? [] : items,
  }))
}

/** One snippet. A click runs it. */
const SnippetCard = memo(function SnippetCard({
  snippet,
  actions,
}: {
  readonly snippet: Snippet
  readonly actions: SnippetActions
}) {
  // The menu is created on hover or focus: a menu in every card would make a large page slow.
  const [menu, setMenu] = useState<'none' | 'closed' | 'open'>('none')
  // Before the next event: a button that is replaced between press and release gets no click.
  const near = () => setMenu(now => (now === 'none' ? 'closed' : now))
  const { name, icon, tags, key } = snippet
  const [line = ''] = snippet.command.replace(/^#!.*\n/, '').split('\n')
  return (
    <div className={css['card']} onPointerEnter={() => flushSync(near)}>
      <button
        type="button"
        className={css['main']}
        aria-label={shownName(name)}
        title={shownText(snippet.description || snippet.command.slice(0, 500))}
        onFocus={near}
        onClick={() => actions.run(snippet)}
      />
      <span className={css['avatar']}>
        <SnippetIcon name={icon} />
      </span>
      <span className={css['name']}>{shownName(name)}</span>
      <span className={css['side']}>
        {key !== null ? (
          <span className={ui['kbd']}>{shownShortcut(actions.numberKeys(key))}</span>
        ) : (
          tags[0] !== undefined && <Tag>{tags[0]}</Tag>
        )}
      </span>
      <code>{shownName(snippet.description || line.slice(0, maxLineLength))}</code>
      <span className={css['tools']}>
        {menu === 'none' ? (
          <IconButton small label={`Actions for ${shownName(name)}`} onClick={() => setMenu('open')}>
            <Ellipsis size={15} />
          </IconButton>
        ) : (
          <Menu
            open={menu === 'open'}
            trigger={
              <IconButton small label={`Actions for ${shownName(name)}`}>
                <Ellipsis size={15} />
              </IconButton>
            }
            items={menuOf(snippet, actions)}
          />
        )}
      </span>
    </div>
  )
})

function menuOf(snippet: Snippet, actions: SnippetActions): readonly MenuItem[] {
  return [
    { label: 'Run snippet', icon: <Play size={14} />, run: () => actions.run(snippet) },
    { label: 'Edit snippet', icon: <Pencil size={14} />, run: () => openSnippetDialog({ kind: 'form', snippet }) },
    { label: 'Duplicate snippet', line: true, run: () => actions.duplicate(snippet) },
    { label: 'Copy command', run: () => actions.copyCommand(snippet) },
    { label: 'Export snippet', run: () => actions.exportTo(snippet) },
    { label: 'Delete snippet', danger: true, line: true, run: () => openSnippetDialog({ kind: 'delete', snippet }) },
  ]
}
