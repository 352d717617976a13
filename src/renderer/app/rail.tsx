import { Fragment } from 'react'

import type { Door, DoorPage } from '../workspace/door.ts'
import { showHome, useWorkspace } from '../workspace/workspace-store.ts'
import css from './app.module.css'

const bottomPlace = 900

/** The pages of Home, in groups. */
export function Rail({ doors }: { readonly doors: readonly Door[] }) {
  const pages = doors.flatMap(({ pages: each = [] }) => each).toSorted((a, b) => a.place - b.place)
  const top = pages.filter(({ place }) => place < bottomPlace)
  return (
    <nav aria-label="Main" className={css['rail']}>
      {top.map((page, index) => (
        <Fragment key={page.id}>
          {index > 0 && groupOf(page) !== groupOf(top[index - 1] as DoorPage) && (
            <span className={css['line']} role="separator" />
          )}
          <RailLink page={page} />
        </Fragment>
      ))}
      <span className={css['grow']} />
      {pages
        .filter(({ place }) => place >= bottomPlace)
        .map(page => (
          <RailLink key={page.id} page={page} />
        ))}
    </nav>
  )
}

function groupOf({ place }: DoorPage): number {
  return Math.floor(place / 100)
}

const useZero = () => 0

function RailLink({ page: { id, text, icon, useCount = useZero, open } }: { readonly page: DoorPage }) {
  const count = useCount()
  const current = useWorkspace(state => state.page === id)
  return (
    <a
      href={`#${id}`}
      aria-current={current ? 'page' : undefined}
      aria-label={text}
      onClick={event => {
        event.preventDefault()
        if (open) open()
        else if (id !== 'files') showHome(id)
      }}
    >
      {icon}
      <span>{text}</span>
      {count > 0 && <span className={css['count']}>{count}</span>}
    </a>
  )
}
