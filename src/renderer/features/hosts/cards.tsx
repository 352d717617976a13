import { useVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'

import type { Host } from '../../../shared/contract/hosts.ts'
import css from './hosts.module.css'

interface CardsProps {
  readonly hosts: readonly Host[]
  readonly card: (host: Host) => ReactNode
  /** The element that scrolls the page. */
  readonly scroller: HTMLDivElement | null
}

// About as many cards as a large screen shows: up to this number all of them are drawn.
const fewHosts = 80
const gap = 12
const cardWidth = 230
const rowHeight = 60

/** The cards of a section. A long section draws only the visible rows. */
export function Cards(props: CardsProps) {
  if (props.hosts.length > fewHosts) return <ManyCards {...props} />
  return <div className={css['cards']}>{props.hosts.map(props.card)}</div>
}

function ManyCards({ hosts, card, scroller }: CardsProps) {
  const box = useRef<HTMLDivElement>(null)
  const [{ columns, top }, setPlace] = useState({ columns: 4, top: 0 })
  useLayoutEffect(() => {
    const [element, outer] = [box.current, scroller]
    if (!element || !outer) return
    const measure = () => {
      const next = {
        columns: Math.max(1, Math.floor((element.clientWidth + gap) / (cardWidth + gap))),
        top: element.getBoundingClientRect().top - outer.getBoundingClientRect().top + outer.scrollTop,
      }
      setPlace(now => (now.columns === next.columns && now.top === next.top ? now : next))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller, hosts.length])
  const virtual = useVirtualizer({
    count: Math.ceil(hosts.length / columns),
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight + gap,
    overscan: 2,
    scrollMargin: top,
  })
  return (
    <div ref={box} className={css['many']} style={{ height: virtual.getTotalSize() - gap }}>
      {virtual.getVirtualItems().map(row => (
        <div
          key={row.key}
          className={css['manyRow']}
          style={{
            transform: `translateY(${row.start - top}px)`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {hosts.slice(row.index * columns, (row.index + 1) * columns).map(card)}
        </div>
      ))}
    </div>
  )
}
