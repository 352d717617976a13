import { useMemo, useState } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import css from './snippets.module.css'

/** Something to tick: a host, a group, a terminal. */
export interface Choice {
  readonly key: string
  readonly label: string
  readonly detail?: string
}

/** Several choices that are ticked together. */
export interface Bunch {
  readonly key: string
  readonly label: string
  readonly keys: readonly string[]
}

interface PickerProps {
  /** The name of the list. */
  readonly label: string
  readonly choices: readonly Choice[]
  readonly bunches?: readonly Bunch[]
  readonly chosen: ReadonlySet<string>
  readonly onChange: (chosen: ReadonlySet<string>) => void
}

const fewChoices = 8
const mostShown = 200

/** Ticks some of many; filters as one types. */
export function Picker({ label, choices, bunches = [], chosen, onChange }: PickerProps) {
  const [filter, setFilter] = useState('')
  const found = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
    const matches = (text: string) => words.every(word => text.includes(word))
    return choices.filter(each => matches(`${each.label} ${each.detail ?? ''}`.toLowerCase()))
  }, [choices, filter])
  // Equal names are told apart by what stands beside them.
  const names = useMemo(() => {
    const count = new Map<string, number>()
    for (const { label: name } of choices) count.set(name, (count.get(name) ?? 0) + 1)
    return count
  }, [choices])
  const set = (keys: readonly string[], on: boolean) => {
    const next = new Set(chosen)
    for (const key of keys) {
      if (on) next.add(key)
      else next.delete(key)
    }
    onChange(next)
  }
  return (
    <div className={css['picker']}>
      {choices.length > fewChoices && (
        <SearchField label={`Find in ${label.toLowerCase()}`} placeholder="Find" value={filter} onText={setFilter} />
      )}
      {bunches.length > 0 && (
        <div className={css['bunches']} role="group" aria-label={`Groups of ${label.toLowerCase()}`}>
          {bunches.map(each => {
            const all = each.keys.length > 0 && each.keys.every(key => chosen.has(key))
            return (
              <Button
                key={each.key}
                small
                aria-pressed={all}
                disabled={each.keys.length === 0}
                onClick={() => set(each.keys, !all)}
              >
                {each.label}
              </Button>
            )
          })}
        </div>
      )}
      <ul aria-label={label}>
        {found.slice(0, mostShown).map(each => (
          <li key={each.key} title={`${each.label} ${each.detail ?? ''}`.trim()}>
            <Checkbox
              label={
                <>
                  {shownName(each.label)}
                  {each.detail !== undefined && <small> {shownName(each.detail)}</small>}
                </>
              }
              aria-label={names.get(each.label) === 1 ? each.label : `${each.label} ${each.detail ?? ''}`.trim()}
              checked={chosen.has(each.key)}
              onChange={event => set([each.key], event.currentTarget.checked)}
            />
          </li>
        ))}
      </ul>
      {found.length > mostShown && (
        <p className={css['hint']}>{`${found.length - mostShown} more: type to find them.`}</p>
      )}
      {found.length === 0 && <p className={css['hint']}>Nothing matches.</p>}
    </div>
  )
}
