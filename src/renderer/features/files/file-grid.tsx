import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'

import { joinPath, parentOf } from '../../../shared/base/paths.ts'
import type { Entry } from '../../../shared/contract/files.ts'
import { ContextMenu, type MenuItem } from '../../ui/menu.tsx'
import { acceptFiles } from '../../ui/file-drag.ts'
import type { FileActions } from './file-actions.ts'
import { chosen } from './file-panes.ts'
import { FileGridHead, widthStyle, type SizedColumn, type Widths } from './file-grid-head.tsx'
import { FileRow } from './file-row.tsx'
import css from './file-grid.module.css'
import { changePane, type PaneState } from './files-state.ts'
import type { FileKeys } from './file-keys.ts'
import { visibleRows, type Column } from './rows.ts'
import { clickRow, keepNames, noSelection } from './selection.ts'
import { sideText } from '../../mirrors/sides.ts'

export interface FileGridProps {
  readonly paneId: string
  readonly pane: PaneState
  readonly label: string
  readonly columns: readonly Column[]
  readonly widths: Widths
  readonly onWidth: (column: SizedColumn, width: number | null) => void
  readonly hidden: boolean
  readonly actions: FileActions
  readonly keys: FileKeys
  readonly menu: (names: readonly string[]) => readonly MenuItem[]
  readonly pathOf: (file: File) => string
  readonly onDragOver: (count: number | null) => void
}

const rowHeight = 29

/** The rows of one folder. Only visible rows are rendered, so that large folders stay fast. */
export function FileGrid(props: FileGridProps) {
  const { paneId, pane, columns, hidden, keys, menu, label } = props
  const rows = useMemo(
    () => visibleRows(pane.entries, { sort: pane.sort, hidden, text: pane.filter, sizes: pane.sizes }),
    [pane.entries, pane.sort, pane.filter, pane.sizes, hidden],
  )
  const names = useMemo(() => rows.map(({ name }) => name), [rows])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const [menuNames, setMenuNames] = useState<readonly string[]>([])
  useDrop(props, scroller)
  useVisibleSelection(paneId, pane, names)
  useCursorInSight(pane, names, index => virtual.scrollToIndex(index))

  const onKeyDown = (event: KeyboardEvent) => {
    if (
      keys.handle(event, { paneId, names, rowsInSight: Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) })
    )
      event.preventDefault()
  }
  const nameAt = (target: EventTarget) => (target as Element).closest<HTMLElement>('[data-name-at]')?.dataset['nameAt']
  const entryAt = (target: EventTarget): Entry | undefined => rows[Number(nameAt(target) ?? -1)]
  const onClick = (event: MouseEvent) => {
    const entry = entryAt(event.target)
    if (!entry) {
      const inHead = (event.target as Element).closest('[role=columnheader]') !== null
      return inHead ? undefined : changePane(paneId, { selection: noSelection })
    }
    const modifiers = { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey }
    changePane(paneId, { selection: clickRow({ names, selection: pane.selection }, entry.name, modifiers) })
  }
  const onContextMenu = (event: MouseEvent) => {
    const entry = entryAt(event.target)
    // The Menu key fires on the grid itself, and applies to the selection.
    if (event.target === event.currentTarget && event.button !== 2) return setMenuNames(chosen(pane))
    const picked = entry && !pane.selection.selected.has(entry.name) ? [entry.name] : chosen(pane)
    if (entry && picked[0] === entry.name && picked.length === 1)
      changePane(paneId, { selection: { selected: new Set(picked), cursor: entry.name, anchor: entry.name } })
    setMenuNames(entry ? picked : [])
  }
  const onDoubleClick = (event: MouseEvent) => {
    const entry = entryAt(event.target)
    if (entry) props.actions.open(paneId, entry)
  }
  const cursor = pane.selection.cursor === null ? -1 : names.indexOf(pane.selection.cursor)
  return (
    <ContextMenu items={menu(menuNames)}>
      <div
        role="grid"
        aria-label="Files"
        aria-rowcount={rows.length + 1}
        aria-multiselectable="true"
        aria-busy={pane.status === 'loading'}
        aria-activedescendant={cursor >= 0 ? rowId(paneId, cursor) : undefined}
        tabIndex={0}
        data-pane={paneId}
        className={css['grid']}
        style={widthStyle(props.widths)}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onContextMenu={onContextMenu}
      >
        <FileGridHead paneId={paneId} pane={pane} columns={columns} onWidth={props.onWidth} />
        <div ref={scroller} className={css['scroller']} role="rowgroup" aria-label={label}>
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
            {virtual.getVirtualItems().map(({ index, start }) => {
              const entry = rows[index]
              if (!entry) return null
              return (
                <FileRow
                  key={entry.name}
                  id={rowId(paneId, index)}
                  entry={entry}
                  index={index}
                  top={start}
                  columns={columns}
                  selected={pane.selection.selected.has(entry.name)}
                  current={index === cursor}
                  renaming={pane.renaming === entry.name}
                  size={own(pane.sizes, entry.name)}
                  mark={own(pane.marks, entry.name)}
                  paneId={paneId}
                  actions={props.actions}
                  pathOf={props.pathOf}
                />
              )
            })}
          </div>
        </div>
      </div>
    </ContextMenu>
  )
}

function useDrop(
  { paneId, pane, actions, pathOf, onDragOver }: FileGridProps,
  scroller: { current: HTMLElement | null },
) {
  const latest = useRef(pane)
  useEffect(() => void (latest.current = pane), [pane])
  const over = useRef(onDragOver)
  useEffect(() => void (over.current = onDragOver), [onDragOver])
  const drop = useCallback(
    (files: Parameters<FileActions['drop']>[0], move: boolean) => {
      const { path, side } = latest.current
      if (path !== null) actions.drop(files, { side, path }, move)
    },
    [actions],
  )
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    return acceptFiles(element, {
      onOver: count => over.current(count),
      onDrop: drop,
      // Dropping files into the folder they came from does nothing.
      takes: ({ side, paths }) => {
        const { path, side: mine } = latest.current
        return sideText(side) !== sideText(mine) || paths.some(each => parentOf(each) !== path)
      },
      pathOf,
      onProblem: actions.parts.onProblem,
    })
  }, [paneId, drop, pathOf, actions, scroller])
}

// Hidden rows are deselected, so that a key can't act on files that the user doesn't see.
function useVisibleSelection(paneId: string, pane: PaneState, names: readonly string[]) {
  const latest = useRef(pane)
  useEffect(() => void (latest.current = pane))
  useEffect(() => {
    const { selection, status, filter } = latest.current
    if (status !== 'ready') return
    const kept = keepNames(new Set(names), selection)
    const [first = null] = names
    if (filter !== '' && kept.cursor === null && first !== null)
      changePane(paneId, { selection: { selected: new Set([first]), cursor: first, anchor: first } })
    else if (kept.selected.size !== selection.selected.size || kept.cursor !== selection.cursor)
      changePane(paneId, { selection: kept })
  }, [paneId, names])
}

// Scrolls to the cursor's row, once that row has been loaded.
function useCursorInSight(pane: PaneState, names: readonly string[], scrollTo: (index: number) => void) {
  const { cursor } = pane.selection
  const seen = useRef<string | null>(null)
  useEffect(() => {
    if (cursor === null) return void (seen.current = null)
    const place = joinPath(pane.path ?? '/', cursor)
    if (seen.current === place) return
    const index = names.indexOf(cursor)
    if (index < 0) return
    seen.current = place
    scrollTo(index)
  })
}

// A file may be named "constructor".
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function rowId(paneId: string, index: number): string {
  return `row-${paneId}-${index}`
}
