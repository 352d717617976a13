import { Search } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { create } from 'zustand'

import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { shownName } from '../../../shared/base/shown-name.ts'
import { fuzzyFind } from '../../ui/fuzzy.ts'
import { shownShortcut } from '../../ui/shortcut.ts'
import dialog from '../../ui/dialog.module.css'
import ui from '../../ui/text.module.css'
import css from './palette.module.css'
import type { PaletteItem } from '../../ui/palette-item.ts'

const usePalette = create<{ readonly open: boolean }>()(() => ({ open: false }))

export function openPalette(): void {
  usePalette.setState({ open: true })
}

const maxItems = 60

/** The command palette: finds and runs commands and opens hosts. `items` is called while it is open. */
export function Palette({ items }: { readonly items: (typed: string) => readonly PaletteItem[] }) {
  const open = usePalette(state => state.open)
  return open ? <OpenPalette items={items} /> : null
}

function OpenPalette({ items }: { readonly items: (typed: string) => readonly PaletteItem[] }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const list = useRef<HTMLUListElement>(null)
  const found = useMemo(() => best(items(typed), typed), [items, typed])
  const close = () => usePalette.setState({ open: false })
  const run = (item: PaletteItem | undefined) => {
    if (!item) return
    close()
    // Runs after the dialog has restored focus, because the command may move it.
    requestAnimationFrame(() => item.run())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && found.length > 0) {
      event.preventDefault()
      setAt((at + step + found.length) % found.length)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      run(found[at])
    }
  }
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <BaseDialog.Root open onOpenChange={next => (next ? undefined : close())}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={dialog['backdrop'] ?? ''} />
        <BaseDialog.Popup className={css['popup'] ?? ''} aria-label="Command palette">
          <div className={css['field']}>
            <Search size={16} aria-hidden="true" />
            <input
              type="text"
              role="combobox"
              aria-label="Search hosts and commands"
              aria-expanded="true"
              aria-controls={listId}
              aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
              placeholder="Search hosts and commands"
              spellCheck={false}
              value={typed}
              onChange={event => {
                setTyped(event.target.value)
                setAt(0)
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <ul ref={list} id={listId} role="listbox" aria-label="Commands and hosts" className={css['list']}>
            {found.map((item, index) => (
              // eslint-disable-next-line jsx-a11y-x/click-events-have-key-events -- its keys go to the search field
              <li
                key={item.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === at}
                onMouseMove={() => setAt(index)}
                onClick={() => run(item)}
              >
                {item.icon}
                <span>{shownName(item.title)}</span>
                {item.detail !== undefined && (
                  <span className={`${css['detail']} ${css['end']}`}>{shownName(item.detail)}</span>
                )}
                {item.keys !== undefined && item.keys !== '' && (
                  <span className={css['end']}>
                    <span className={ui['kbd']}>{shownShortcut(item.keys)}</span>
                  </span>
                )}
              </li>
            ))}
          </ul>
          {found.length === 0 && <p className={css['none']}>No results</p>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}

function best(items: readonly PaletteItem[], typed: string): readonly PaletteItem[] {
  const sticky = items.filter(item => item.id.startsWith('typed:'))
  const named = fuzzyFind(items, typed, item => `${item.title} ${item.detail ?? ''}`)
  // A title that matches goes before a keyword.
  const meant = fuzzyFind(items, typed, item => item.keywords ?? '')
  return [...new Set([...sticky, ...named, ...meant])].slice(0, maxItems)
}
