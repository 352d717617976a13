import { ChevronDown } from 'lucide-react'
import { useId, type ComponentProps, type ReactNode } from 'react'

import css from './ui.module.css'

interface Labelled {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

/** A labelled line of text; `hint` and `error` are read out with it. */
export function TextField({ label, hint, error, ...rest }: Labelled & ComponentProps<'input'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        id={id}
        className={css['input']}
        autoComplete="off"
        spellCheck={false}
        {...described(id, hint, error)}
        {...rest}
      />
    </Frame>
  )
}

/** A labelled box of text. */
export function TextArea({ label, hint, error, ...rest }: Labelled & ComponentProps<'textarea'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        id={id}
        className={css['area']}
        autoComplete="off"
        spellCheck={false}
        {...described(id, hint, error)}
        {...rest}
      />
    </Frame>
  )
}

/** A labelled choice of one of a few. */
export function Select({ label, hint, error, children, ...rest }: Labelled & ComponentProps<'select'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <span className={css['selectBox']}>
        <select id={id} className={css['select']} {...described(id, hint, error)} {...rest}>
          {children}
        </select>
        <ChevronDown size={14} />
      </span>
    </Frame>
  )
}

/** A labelled yes or no. */
export function Checkbox({ label, ...rest }: { readonly label: ReactNode } & ComponentProps<'input'>) {
  return (
    <label className={css['check']}>
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  )
}

function Frame({ id, label, hint, error, children }: Labelled & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className={css['field']}>
      <label className={css['label']} htmlFor={id}>
        {label}
      </label>
      {children}
      {error !== undefined && (
        <span id={`${id}-error`} className={css['error']} role="alert">
          {error}
        </span>
      )}
      {hint !== undefined && (
        <span id={`${id}-hint`} className={css['hint']}>
          {hint}
        </span>
      )}
    </div>
  )
}

function described(id: string, hint: ReactNode, error: string | undefined) {
  const ids = [error !== undefined && `${id}-error`, hint !== undefined && `${id}-hint`].filter(Boolean).join(' ')
  return {
    ...(ids === '' ? {} : { 'aria-describedby': ids }),
    ...(error === undefined ? {} : { 'aria-invalid': true }),
  }
}
