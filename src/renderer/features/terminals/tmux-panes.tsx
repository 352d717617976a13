import { Fragment, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'

import type { TerminalId, TerminalSize } from '../../../shared/contract/terminals.ts'
import type { TmuxLayout } from '../../../shared/contract/tmux.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { isLive, useTerminalStates } from '../../mirrors/terminals.ts'
import ui from '../../ui/text.module.css'
import type { TmuxTab } from '../../workspace/tmux-tabs.ts'
import type { TerminalTab } from '../../workspace/workspace-store.ts'
import type { Terminals } from './terminals.ts'
import { boxOf, paneAtBorder, sizeFor, type Box, type Geometry } from './tmux-geometry.ts'
import css from './tmux-panes.module.css'

interface TmuxPanesProps {
  readonly tab: TmuxTab
  readonly terminals: Terminals
  readonly renderPane: (pane: Pane, tab: TerminalTab) => ReactNode
}

/** The panes of a window of tmux, each with as many cells as tmux gives it. */
export function TmuxPanes({ tab, terminals, renderPane }: TmuxPanesProps) {
  const place = useRef<HTMLDivElement>(null)
  const live = useTerminalStates(({ states }) => isLive(states[tab.activePane]))
  const geometry = useGeometry({ tab, live, terminals, place })
  const pane = (id: string) => {
    const found = tab.panes[id]
    return found === undefined ? null : renderPane(found, tab)
  }
  return (
    <div ref={place} className={css['panes']} role="tabpanel" aria-label="Terminals">
      <h1 className={ui['hidden']}>Terminals</h1>
      <Part layout={tab.tmux.visible} geometry={geometry} shrinks={!live} pane={pane} terminals={terminals} />
    </div>
  )
}

interface PartProps {
  readonly layout: TmuxLayout
  readonly geometry: Geometry
  /** Whether parts get less room than they need: without a connection, panes say so below their cells. */
  readonly shrinks: boolean
  readonly pane: (id: string) => ReactNode
  readonly terminals: Terminals
}

function Part({ layout, geometry, shrinks, pane, terminals }: PartProps) {
  if (layout.kind === 'pane') return pane(layout.paneId)
  const direction = layout.kind
  return (
    <div className={css[direction]}>
      {layout.parts.map((part, index) => {
        const { width, height } = boxOf(part, geometry)
        const before = layout.parts[index - 1]
        return (
          <Fragment key={keyOf(part)}>
            {before && <Border part={before} within={layout} geometry={geometry} terminals={terminals} />}
            <div
              className={css['part']}
              style={{ flex: `1 ${shrinks ? 1 : 0} ${direction === 'row' ? width : height}px` }}
            >
              <Part layout={part} geometry={geometry} shrinks={shrinks} pane={pane} terminals={terminals} />
            </div>
          </Fragment>
        )
      })}
    </div>
  )
}

interface BorderProps {
  /** The part on the left of it, or above. */
  readonly part: TmuxLayout
  readonly within: TmuxLayout & { readonly kind: 'row' | 'column' }
  readonly geometry: Geometry
  readonly terminals: Terminals
}

const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** The border between two parts: dragging it, or the arrow keys, resize their panes in tmux. */
function Border({ part, within, geometry, terminals }: BorderProps) {
  const drag = useRef<{ readonly from: number; readonly size: number; last: number } | null>(null)
  const isRow = within.kind === 'row'
  const size = isRow ? part.width : part.height
  const total = isRow ? within.width : within.height
  const resize = (to: number) => {
    const wanted = Math.min(Math.max(1, to), total - 2)
    const id = paneAtBorder(part, within.kind) as TerminalId
    if (wanted !== size) terminals.tmux.resizePane(id, isRow ? { cols: wanted } : { rows: wanted })
    return wanted
  }
  const at = (event: PointerEvent) => (isRow ? event.clientX : event.clientY)
  const move = (event: PointerEvent) => {
    const { current } = drag
    if (!current) return
    const cell = isRow ? geometry.cell.width : geometry.cell.height
    const wanted = current.size + Math.round((at(event) - current.from) / cell)
    if (wanted !== current.last) current.last = resize(wanted)
  }
  const press = (event: KeyboardEvent) => {
    const step = keySteps[event.key]
    if (step === undefined) return
    event.preventDefault()
    resize(size + step)
  }
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- a separator that moves is a widget (WAI-ARIA 1.2)
    <div
      role="separator"
      aria-label="Resize panes"
      aria-orientation={isRow ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={1}
      aria-valuemax={total - 2}
      tabIndex={0}
      className={css['separator']}
      onKeyDown={press}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { from: at(event), size, last: size }
      }}
      onPointerMove={move}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
    />
  )
}

function keyOf(layout: TmuxLayout): string {
  return layout.kind === 'pane' ? layout.paneId : layout.parts.map(keyOf).join('+')
}

const settleMs = 60
/** The width of xterm.js's scroll bar (DEFAULT_SCROLL_BAR_WIDTH). */
const scrollBarPx = 14
const usual = { cell: { width: 8, height: 17 }, around: { width: 30, height: 45 } }

interface GeometryOf extends Pick<TmuxPanesProps, 'tab' | 'terminals'> {
  /** Whether tmux is there to be told. */
  readonly live: boolean
  readonly place: { readonly current: HTMLElement | null }
}

/** Measures cells and panes, and tells tmux which size of the window fits. */
function useGeometry({ tab, live, terminals, place }: GeometryOf): Geometry {
  const [measured, setMeasured] = useState<Measured>({ cell: usual.cell, around: {} })
  const sent = useRef<string>('')
  const { visible } = tab.tmux
  const { activePane: id } = tab
  useEffect(() => {
    if (!live) sent.current = ''
  }, [live])
  useEffect(() => {
    const element = place.current
    if (!element) return
    let timer: number | undefined
    const settle = () => {
      const now = measure(element, tab, terminals)
      if (!now) return
      setMeasured(before => (JSON.stringify(before) === JSON.stringify(now) ? before : now))
      // Scroll bars, which a window that is still too large has, take nothing away.
      const room = { width: element.offsetWidth, height: element.offsetHeight }
      const size = sizeFor(visible, room, geometryOf(now))
      if (live && sent.current !== wordsFor(size)) {
        sent.current = wordsFor(size)
        terminals.tmux.resizeWindow(id, size)
      }
    }
    const wait = () => {
      clearTimeout(timer)
      timer = window.setTimeout(settle, settleMs)
    }
    const observer = new ResizeObserver(wait)
    observer.observe(element)
    for (const each of element.querySelectorAll('section, .xterm-screen')) observer.observe(each)
    wait()
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [tab, visible, id, live, terminals, place])
  return geometryOf(measured)
}

interface Measured {
  readonly cell: Box
  readonly around: Readonly<Record<string, Box>>
}

function geometryOf({ cell, around }: Measured): Geometry {
  return { cell, around: id => around[id] ?? usual.around }
}

/** Null while nothing is drawn. */
function measure(element: HTMLElement, tab: TmuxTab, terminals: Terminals): Measured | null {
  const clients = Object.values(tab.panes)
    .map(({ id, target }) => terminals.client(id, target))
    .filter(client => element.contains(client.element))
  const [cell] = clients.flatMap(({ element: screen, terminal: { cols, rows } }) => {
    const { width = 0, height = 0 } = screen.querySelector('.xterm-screen')?.getBoundingClientRect() ?? {}
    return width > 0 && height > 0 ? { width: width / cols, height: height / rows } : []
  })
  if (!cell) return null
  const around = clients.flatMap(({ id, element: screen }): readonly (readonly [string, Box])[] => {
    const section = screen.closest('section')
    if (!section) return []
    const { offsetWidth, offsetHeight } = section
    const box = { width: offsetWidth - screen.offsetWidth + scrollBarPx, height: offsetHeight - screen.offsetHeight }
    return [[id, box]]
  })
  return { cell, around: Object.fromEntries(around) }
}

function wordsFor({ cols, rows }: TerminalSize): string {
  return `${cols}x${rows}`
}
