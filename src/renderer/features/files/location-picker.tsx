import { ChevronDown, Laptop, Server } from 'lucide-react'

import type { Side } from '../../../shared/contract/files.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import css from './location-picker.module.css'

/** A computer whose files can be browsed. */
export interface FileLocation {
  readonly label: string
  readonly target: Target
}

interface LocationPickerProps {
  readonly side: Side
  readonly locations: readonly FileLocation[]
  readonly onPick: (side: Side) => void
}

/** Chooses which computer a pane shows. Choosing a host connects to it. */
export function LocationPicker({ side, locations, onPick }: LocationPickerProps) {
  const key = JSON.stringify(side.target)
  const known = locations.some(location => JSON.stringify(location.target) === key)
  const all = known ? locations : [...locations, { label: labelOf(side.target), target: side.target }]
  return (
    <span className={css['location']}>
      {side.target.kind === 'local' ? <Laptop size={15} aria-hidden="true" /> : <Server size={15} aria-hidden="true" />}
      <select
        aria-label="Location"
        value={key}
        onChange={event => {
          const target = all.find(each => JSON.stringify(each.target) === event.currentTarget.value)?.target
          if (target) onPick({ target, root: false })
        }}
      >
        {all.map(({ label, target }) => (
          <option key={JSON.stringify(target)} value={JSON.stringify(target)}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown size={13} aria-hidden="true" />
    </span>
  )
}

function labelOf(target: Target): string {
  return target.kind === 'address'
    ? `${target.user === null ? '' : `${target.user}@`}${target.address}`
    : 'Deleted host'
}
