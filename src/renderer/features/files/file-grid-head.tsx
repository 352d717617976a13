import { ChevronDown, ChevronUp } from 'lucide-react'
import { useRef, type CSSProperties, type PointerEvent } from 'react'

import css from './file-grid.module.css'
import { focusGrid } from './focus-grid.ts'
import { changePane, type PaneState } from './files-state.ts'
import type { Column } from './rows.ts'

/** The name column takes the remaining width. */
export type SizedColumn = Exclude<Column, 'name'>
export type Widths = Readonly<Partial<Record<SizedColumn, number>>>

const titles: Readonly<Record<Column, string>> = {
  name: 'Name',
  size: 'Size',
  modified: 'Modified',
  mode: 'Permissions',
  owner: 'Owner',
  type: 'Type',
}

const narrowest = 40
const widest = 600

/** Column widths as a style of the grid; defaults are in the style sheet. */
export function widthStyle(widths: Widths): CSSProperties {
  return Object.fromEntries(Object.entries(widths).map(([column, width]) => [`--width-${column}`, `${width}px`]))
}

interface HeadProps {
  readonly paneId: string
  readonly pane: PaneState
  readonly columns: readonly Column[]
  /** Null resets a column to its default width. */
  readonly onWidth: (column: SizedColumn, width: number | null) => void
}

/** The column headers: a click sorts, and dragging an edge resizes. */
export function FileGridHead({ paneId, pane, columns, onWidth }: HeadProps) {
  const { sort } = pane
  const by = (column: Column) => {
    changePane(paneId, { sort: { column, down: sort.column === column ? !sort.down : column === 'modified' } })
    focusGrid(paneId)
  }
  return (
    <div role="row" className={css['head']}>
      {columns.map(column => (
        <span
          key={column}
          role="columnheader"
          data-column={column}
          aria-sort={sort.column === column ? (sort.down ? 'descending' : 'ascending') : 'none'}
          className={css['cell']}
        >
          {column !== 'name' && <Edge column={column} onWidth={onWidth} />}
          <button type="button" tabIndex={-1} onClick={() => by(column)}>
            {titles[column]}
            {sort.column === column &&
              (sort.down ? <ChevronDown size={12} aria-hidden="true" /> : <ChevronUp size={12} aria-hidden="true" />)}
          </button>
        </span>
      ))}
    </div>
  )
}

/** The left edge of a column, for the mouse only; a double-click resets the width. */
function Edge({ column, onWidth }: { column: SizedColumn; onWidth: HeadProps['onWidth'] }) {
  const drag = useRef<{ x: number; width: number } | null>(null)
  const widthAt = ({ clientX }: PointerEvent) => {
    const { x, width } = drag.current ?? { x: clientX, width: narrowest }
    return Math.round(Math.min(widest, Math.max(narrowest, width + x - clientX)))
  }
  const gridOf = (event: PointerEvent) => event.currentTarget.closest<HTMLElement>('[data-pane]')
  return (
    <span
      className={css['edge']}
      aria-hidden="true"
      title={`Drag to resize the ${titles[column]} column. Double-click to reset it.`}
      data-edge={column}
      onDoubleClick={event => {
        event.currentTarget.closest<HTMLElement>('[data-pane]')?.style.removeProperty(`--width-${column}`)
        onWidth(column, null)
      }}
      onPointerCancel={() => (drag.current = null)}
      onPointerDown={event => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        const width = event.currentTarget.parentElement?.offsetWidth ?? narrowest
        drag.current = { x: event.clientX, width }
      }}
      onPointerMove={event => {
        if (drag.current) gridOf(event)?.style.setProperty(`--width-${column}`, `${widthAt(event)}px`)
      }}
      onPointerUp={event => {
        if (drag.current && event.clientX !== drag.current.x) onWidth(column, widthAt(event))
        drag.current = null
      }}
    />
  )
}
