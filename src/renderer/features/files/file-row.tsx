import { memo, useEffect, useRef } from 'react'

import { isSafeName, joinPath } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Entry } from '../../../shared/contract/files.ts'
import { acceptFiles, dragFiles } from '../../ui/file-drag.ts'
import { countText, type FileActions } from './file-actions.ts'
import { FileIcon } from './file-icon.tsx'
import { chosen, paneOf, pathsOf } from './file-panes.ts'
import css from './file-grid.module.css'
import { changePane, type Mark, type PaneState } from './files-state.ts'
import { fullTime, isFolder, modeText, timeText, typeOf, type Column } from './rows.ts'
import { sideText } from '../../mirrors/sides.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

interface FileRowProps {
  readonly id: string
  readonly entry: Entry
  readonly index: number
  readonly top: number
  readonly columns: readonly Column[]
  readonly selected: boolean
  readonly current: boolean
  readonly renaming: boolean
  readonly size: number | undefined
  readonly mark: Mark | undefined
  readonly paneId: string
  readonly actions: FileActions
  readonly pathOf: (file: File) => string
}

/** One file or folder. */
export const FileRow = memo(function FileRow(props: FileRowProps) {
  const { id, entry, index, top, columns, selected, current, renaming, mark, paneId, actions, pathOf } = props
  const ref = useRef<HTMLDivElement>(null)
  const { name } = entry
  const folder = isFolder(entry)
  useEffect(() => {
    const element = ref.current
    if (!element || renaming) return
    return dragFiles(element, {
      get: () => draggedFrom(paneId, name),
      text: () => dragText(paneId, name),
      dragOut: actions.dragOut,
    })
  }, [paneId, name, renaming, actions])
  useEffect(() => {
    const element = ref.current
    if (!element || !folder) return
    return acceptFiles(element, {
      onOver: count => element.toggleAttribute('data-over', count !== null),
      onDrop: (files, move) => {
        const pane = paneOf(paneId)
        if (pane?.path != null) actions.drop(files, { side: pane.side, path: joinPath(pane.path, name) }, move)
      },
      takes: ({ side, paths }) => {
        const pane = paneOf(paneId)
        if (pane?.path == null) return false
        return sideText(side) !== sideText(pane.side) || !paths.includes(joinPath(pane.path, name))
      },
      pathOf,
      onProblem: actions.parts.onProblem,
    })
  }, [paneId, name, folder, actions, pathOf])
  return (
    <div
      ref={ref}
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-label={shownName(name)}
      data-name-at={index}
      data-current={current}
      data-mark={mark}
      data-dim={name.startsWith('.')}
      className={css['row']}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map(column =>
        column === 'name' ? (
          <span key={column} role="gridcell" data-column="name" data-folder={folder} className={css['cell']}>
            <FileIcon entry={entry} />
            {renaming ? (
              <Rename paneId={paneId} name={name} actions={actions} />
            ) : (
              <span className={css['name']} title={titleOf(entry)}>
                {shownName(name)}
              </span>
            )}
            {mark !== undefined && mark !== 'same' && <span className={css['mark']}>{markLabels[mark]}</span>}
          </span>
        ) : (
          <span key={column} role="gridcell" data-column={column} className={css['cell']}>
            {textOf(column, props)}
          </span>
        ),
      )}
    </div>
  )
})

const markLabels: Readonly<Record<Mark, string>> = {
  'only-here': 'only here',
  newer: 'newer',
  older: 'older',
  different: 'different',
  same: '',
}

function Rename({ paneId, name, actions }: { paneId: string; name: string; actions: FileActions }) {
  const ref = useRef<HTMLInputElement>(null)
  // A name with invisible characters is shown escaped and can't be typed back, so it is kept unless the user changes it.
  const shown = shownName(name)
  useEffect(() => {
    const dot = shown.lastIndexOf('.')
    ref.current?.focus()
    ref.current?.setSelectionRange(0, dot > 0 ? dot : shown.length)
  }, [shown])
  const finish = (typed: string) => {
    actions.rename(paneId, name, typed === shown ? name : typed.trim())
    document.querySelector<HTMLElement>(`[data-pane="${paneId}"]`)?.focus()
  }
  return (
    <input
      ref={ref}
      aria-label="New name"
      className={css['rename']}
      defaultValue={shown}
      spellCheck={false}
      onClick={event => event.stopPropagation()}
      onDoubleClick={event => event.stopPropagation()}
      onBlur={() => changePane(paneId, { renaming: null })}
      onKeyDown={event => {
        event.stopPropagation()
        const { value } = event.currentTarget
        const wrong = value !== shown && !isSafeName(value.trim())
        event.currentTarget.setCustomValidity(wrong ? 'Names can’t be empty, contain a slash, or be “.” or “..”.' : '')
        if (event.key === 'Enter' && event.currentTarget.reportValidity()) finish(value)
        if (event.key === 'Escape') finish(shown)
      }}
    />
  )
}

function textOf(column: Column, { entry, size }: FileRowProps): string {
  switch (column) {
    case 'size':
      if (isFolder(entry)) return size === undefined ? '—' : sizeText(size)
      return entry.oddSize ? 'Unknown' : sizeText(entry.size)
    case 'modified':
      return timeText(entry.mtimeMs, new Date())
    case 'mode':
      return modeText(entry)
    case 'owner':
      return `${entry.owner ?? entry.uid ?? ''} ${entry.group ?? entry.gid ?? ''}`.trim()
    case 'type':
      return typeOf(entry)
    case 'name':
      return shownName(entry.name)
  }
}

function titleOf(entry: Entry): string {
  const lines = [shownName(entry.name), `Modified ${fullTime(entry.mtimeMs)}`]
  if (entry.link) lines.push(`Symlink to ${shownName(entry.link.target)}`)
  return lines.join('\n')
}

/** The files that a drag from this row carries: the selection if it includes the row, otherwise just the row. */
function draggedFrom(paneId: string, name: string) {
  const pane = paneOf(paneId) as PaneState
  const names = pane.selection.selected.has(name) ? chosen(pane) : [name]
  return { side: pane.side, paths: pathsOf(pane, names) }
}

function dragText(paneId: string, name: string): string {
  const pane = paneOf(paneId) as PaneState
  const names = new Set(pane.selection.selected.has(name) ? chosen(pane) : [name])
  const entries = pane.entries.filter(entry => names.has(entry.name))
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
  const what = names.size === 1 ? shownName(name) : countText(names.size)
  return bytes > 0 ? `${what} · ${sizeText(bytes)}` : what
}
