import { ChevronRight, Search, X } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'

import { joinPath, nameOf, parentOf, resolvePath, stepsOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { IconButton } from '../../ui/button.tsx'
import type { FilePanes } from './file-panes.ts'
import css from './path-bar.module.css'
import { focusGrid } from './focus-grid.ts'
import { changePane, type PaneState } from './files-state.ts'

interface PathBarProps {
  readonly paneId: string
  readonly pane: PaneState
  readonly api: Api
  readonly panes: FilePanes
  readonly onProblem: (error: unknown) => void
}

/** A pane's path as breadcrumbs and as a text field, and a filter field. */
export function PathBar(props: PathBarProps) {
  const { paneId, pane, panes } = props
  return (
    <div className={css['pathbar']}>
      <PathField {...props} />
      {pane.path !== null && (
        <div role="group" aria-label="Breadcrumbs" className={css['crumbs']}>
          {crumbsOf(pane).map(({ name, path }, index, all) => (
            <span key={path} className={css['crumb']}>
              {index > 0 && <ChevronRight size={13} aria-hidden="true" />}
              <button
                type="button"
                aria-current={index === all.length - 1 ? 'page' : undefined}
                onClick={() => panes.go(paneId, path)}
              >
                {name}
              </button>
            </span>
          ))}
        </div>
      )}
      {pane.filtering ? <Filter paneId={paneId} pane={pane} /> : <FilterButton paneId={paneId} />}
    </div>
  )
}

function PathField({ paneId, pane, api, panes, onProblem }: PathBarProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const [completions, setCompletions] = useState<readonly string[]>([])
  const asked = useRef(0)
  const complete = (text: string) => {
    setTyped(text)
    if (!pane.info) return
    const whole = resolvePath(text, { home: pane.info.home, from: pane.path ?? pane.info.home })
    const [folder, prefix] = text.endsWith('/') ? [whole, ''] : [parentOf(whole), nameOf(whole)]
    const turn = ++asked.current
    void api.files.complete({ place: { side: pane.side, path: folder }, prefix }).then(
      names => (turn === asked.current ? setCompletions(names.map(name => joinPath(folder, name))) : undefined),
      () => setCompletions([]),
    )
  }
  const leave = () => {
    setTyped(null)
    setCompletions([])
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { value } = event.currentTarget
    const unchanged = pane.path !== null && value === shownName(pane.path)
    if (event.key === 'Enter' && unchanged) {
      leave()
      panes.refresh(paneId)
      focusGrid(paneId)
    } else if (event.key === 'Enter' && value.trim() !== '') {
      void panes.goTyped(paneId, value).then(leave, onProblem)
      focusGrid(paneId)
    }
    if (event.key === 'Escape') {
      leave()
      focusGrid(paneId)
    }
    const [first] = completions
    if (event.key === 'Tab' && !event.shiftKey && typed !== null && first !== undefined) {
      event.preventDefault()
      complete(`${shownName(first)}/`)
    }
  }
  return (
    <>
      <input
        aria-label="Path"
        className={css['path']}
        data-path-of={paneId}
        data-typing={typed !== null}
        value={typed ?? (pane.path === null ? '' : shownName(pane.path))}
        spellCheck={false}
        autoComplete="off"
        onFocus={event => {
          setTyped(pane.path === null ? '' : shownName(pane.path))
          event.currentTarget.select()
        }}
        onBlur={leave}
        onChange={event => complete(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {typed !== null && completions.length > 0 && (
        <ul className={css['completions']} aria-label="Matching folders">
          {completions.map(path => (
            <li key={path}>
              {/* On mousedown, because the field would lose focus and close the list before a click. */}
              <button type="button" tabIndex={-1} onMouseDown={() => panes.go(paneId, path)}>
                {shownName(path)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Filter({ paneId, pane }: { paneId: string; pane: PaneState }) {
  const ref = useRef<HTMLInputElement>(null)
  useEffect(() => ref.current?.focus(), [])
  const end = () => {
    changePane(paneId, { filter: '', filtering: false })
    focusGrid(paneId)
  }
  return (
    <span className={css['filter']}>
      <input
        ref={ref}
        aria-label="Filter"
        placeholder="Filter"
        spellCheck={false}
        value={pane.filter}
        onChange={event => changePane(paneId, { filter: event.currentTarget.value })}
        onKeyDown={event => {
          if (event.key === 'Escape') end()
          if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault()
            focusGrid(paneId)
          }
        }}
      />
      <IconButton small label="Clear filter" onClick={end}>
        <X size={13} />
      </IconButton>
    </span>
  )
}

function FilterButton({ paneId }: { paneId: string }) {
  return (
    <IconButton small label="Filter this folder" onClick={() => changePane(paneId, { filtering: true })}>
      <Search size={14} />
    </IconButton>
  )
}

/** The breadcrumbs of a path; the home folder is shown as `~`. */
function crumbsOf({ path, info }: PaneState): readonly { name: string; path: string }[] {
  const steps = stepsOf(path ?? '/')
  const home = info?.home
  if (home === undefined || home === '/') return steps.map(step => ({ ...step, name: shownName(step.name) }))
  const at = steps.findIndex(step => step.path === home)
  const shown = at < 0 ? steps : [{ name: '~', path: home }, ...steps.slice(at + 1)]
  return shown.map(step => ({ ...step, name: shownName(step.name) }))
}
