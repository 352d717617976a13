import { Search } from 'lucide-react'

import css from './ui.module.css'

/** A line to filter a list by. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (text: string) => void
}) {
  return (
    <label className={css['searchField']}>
      <Search size={15} aria-hidden="true" />
      <input
        type="text"
        aria-label={label}
        placeholder={placeholder}
        spellCheck={false}
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </label>
  )
}
