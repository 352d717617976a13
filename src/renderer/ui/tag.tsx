import type { ReactNode } from 'react'

import { shownName } from '../../shared/base/shown-name.ts'
import css from './tag.module.css'

/** The meaning of a color: always a state, never decoration. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'none'

interface TagProps {
  readonly tone?: Tone
  /** The accessible name and tooltip of a tag that isn't text. */
  readonly label?: string
  readonly children: ReactNode
}

/** A small rounded label. */
export function Tag({ tone = 'none', label, children }: TagProps) {
  return (
    <span
      className={css['tag']}
      data-tone={tone}
      {...(label === undefined ? {} : { role: 'img', 'aria-label': label, title: label })}
    >
      {typeof children === 'string' ? shownName(children) : children}
    </span>
  )
}

/** A status dot. `label` is its accessible name; leave it empty if adjacent text gives the same information. */
export function Dot({ tone, label }: { readonly tone: Tone; readonly label: string }) {
  if (label === '') return <span className={css['dot']} data-tone={tone} aria-hidden="true" />
  return <span className={css['dot']} data-tone={tone} role="img" aria-label={label} title={label} />
}
