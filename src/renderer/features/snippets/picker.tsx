import { useMemo, useState } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import css from './snippets.module.css'

/** One choice with a checkbox: a host, a group or a terminal. */
export interface Choice {
  readonly key: string
  readonly label: string
  readonly detail?: string
}

/** Several choices that are selected together. */
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
const maxShown = 200

/** Selects some of many choices, with a filter. */
export function Picker({ label, choices, bunches = [], chosen, onChange }: PickerProps) {
  const [filter, setFilter] = useState('')
  const found = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
    const matches = (text: string) => words.every(word => text.includes(word))
    return choices.filter(each => matches(`${each.label} ${each.detail ?? ''}`.toLowerCase()))
  }, [choices, filter])
  // Choices with equal names are distinguished by their details.
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
        <SearchField label={`Filter ${label.toLowerCase()}`} placeholder="Filter" value={filter} onText={setFilter} />
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
        {found.slice(0, maxShown).map(each => (
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
      {found.length > maxShown && (
        <p className={css['hint']}>{`${(found.length - maxShown).toLocaleString('en')} more. Type to filter.`}</p>
      )}
      {found.length === 0 && <p className={css['hint']}>No results</p>}
    </div>
  )
}
