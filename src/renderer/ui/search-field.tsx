import { Search } from 'lucide-react'
import type { ComponentProps } from 'react'

import css from './search-field.module.css'

/** A text field that filters a list. */
export function SearchField({
  label,
  onText,
  ...rest
}: Omit<ComponentProps<'input'>, 'onChange' | 'type'> & {
  readonly label: string
  readonly onText: (text: string) => void
}) {
  return (
    <label className={css['searchField']}>
      <Search size={15} aria-hidden="true" />
      <input
        type="text"
        aria-label={label}
        spellCheck={false}
        onChange={event => onText(event.target.value)}
        {...rest}
      />
    </label>
  )
}
