import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'

import css from './section-grid.module.css'

/** A heading with cards under it. */
export interface GridSection<T> {
  /** The heading; null for none. */
  readonly head: ReactNode
  readonly items: readonly T[]
}

interface SectionGridProps<T> {
  readonly sections: readonly GridSection<T>[]
  readonly card: (item: T) => ReactNode
  /** Height of a row of cards, in pixels. */
  readonly rowHeight: number
}

type Line<T> =
  { readonly kind: 'head'; readonly head: ReactNode } | { readonly kind: 'cards'; readonly items: readonly T[] }

const cardWidth = 230
const gap = 12
const headHeight = 32

/** A scrolling grid of cards under headings, which renders only visible rows. */
export function SectionGrid<T>({ sections, card, rowHeight }: SectionGridProps<T>) {
  const box = useRef<HTMLDivElement>(null)
  const [columns, setColumns] = useState(4)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => setColumns(Math.max(1, Math.floor((element.clientWidth + gap) / (cardWidth + gap))))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const lines = useMemo(() => linesOf(sections, columns), [sections, columns])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    // The function changes with the lines, which makes the virtualizer measure them again.
    getItemKey: useCallback((index: number) => index + 0 * lines.length, [lines]),
    estimateSize: index => (lines[index]?.kind === 'head' ? headHeight : rowHeight + gap),
    overscan: 1,
  })
  return (
    <div ref={box} className={css['box']}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const line = lines[index]
          if (!line) return null
          const style = { transform: `translateY(${start}px)` }
          if (line.kind === 'head')
            return (
              <div key={key} className={css['head']} style={style}>
                {line.head}
              </div>
            )
          const place = { ...style, height: rowHeight, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }
          return (
            <div key={key} className={css['row']} style={place}>
              {line.items.map((item, column) => (
                // Keyed by position, so that a search updates cards instead of creating new ones, which would be slow.
                <div key={column}>{card(item)}</div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function linesOf<T>(sections: readonly GridSection<T>[], columns: number): readonly Line<T>[] {
  return sections.flatMap(({ head, items }): Line<T>[] => [
    ...(head === null ? [] : [{ kind: 'head' as const, head }]),
    ...Array.from({ length: Math.ceil(items.length / columns) }, (_each, row): Line<T> => ({
      kind: 'cards',
      items: items.slice(row * columns, (row + 1) * columns),
    })),
  ])
}
