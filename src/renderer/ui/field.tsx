import { ChevronDown } from 'lucide-react'
import { useId, type ComponentProps, type ReactNode } from 'react'

import { hiddenIn, shownName } from '../../shared/base/shown-name.ts'
import css from './field.module.css'
import text from './text.module.css'

interface Labelled {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

/** A labelled text field; screen readers read `hint` and `error` with it. */
export function TextField({ label, hint, error, ...rest }: Labelled & ComponentProps<'input'>) {
  const id = useId()
  const unseen = unseenIn(rest)
  return (
    <Frame id={id} label={label} hint={hint} error={error} unseen={unseen}>
      <input
        id={id}
        className={css['input']}
        autoComplete="off"
        spellCheck={false}
        {...described(id, { hint, error, unseen })}
        {...rest}
      />
    </Frame>
  )
}

/** A labelled multi-line text field. */
export function TextArea({ label, hint, error, ...rest }: Labelled & ComponentProps<'textarea'>) {
  const id = useId()
  const unseen = unseenIn(rest)
  return (
    <Frame id={id} label={label} hint={hint} error={error} unseen={unseen}>
      <textarea
        id={id}
        className={css['area']}
        autoComplete="off"
        spellCheck={false}
        {...described(id, { hint, error, unseen })}
        {...rest}
      />
    </Frame>
  )
}

/** A labelled drop-down list. */
export function Select({ label, hint, error, children, ...rest }: Labelled & ComponentProps<'select'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error} unseen="">
      <span className={css['selectBox']}>
        <select id={id} className={css['select']} {...described(id, { hint, error, unseen: '' })} {...rest}>
          {children}
        </select>
        <ChevronDown size={14} />
      </span>
    </Frame>
  )
}

/** A labelled checkbox. */
export function Checkbox({ label, ...rest }: { readonly label: ReactNode } & ComponentProps<'input'>) {
  return (
    <label className={css['check']}>
      <input type="checkbox" {...rest} />
      <span>{typeof label === 'string' ? shownName(label) : label}</span>
    </label>
  )
}

interface FrameProps extends Labelled {
  readonly id: string
  readonly unseen: string
  readonly children: ReactNode
}

function Frame({ id, label, hint, error, unseen, children }: FrameProps) {
  return (
    <div className={css['field']}>
      <label className={css['label']} htmlFor={id}>
        {shownName(label)}
      </label>
      {children}
      {error !== undefined && (
        <span id={`${id}-error`} className={text['error']} role="alert">
          {error}
        </span>
      )}
      {unseen !== '' && (
        <span id={`${id}-unseen`} className={text['error']}>
          {unseen}
        </span>
      )}
      {hint !== undefined && (
        <span id={`${id}-hint`} className={text['hint']}>
          {hint}
        </span>
      )}
    </div>
  )
}

const maxUnseen = 5

/** Lists invisible characters in a field's value, which the field itself can't show. Password fields reveal nothing. */
function unseenIn({ value, type }: { readonly value?: unknown; readonly type?: unknown }): string {
  if (typeof value !== 'string' || type === 'password') return ''
  const found = hiddenIn(value, maxUnseen)
  return found.length === 0 ? '' : `Contains invisible characters: ${found.join(', ')}`
}

function described(
  id: string,
  { hint, error, unseen }: Pick<Labelled, 'hint' | 'error'> & { readonly unseen: string },
): { readonly 'aria-describedby'?: string; readonly 'aria-invalid'?: true } {
  const ids = [
    error !== undefined && `${id}-error`,
    unseen !== '' && `${id}-unseen`,
    hint !== undefined && `${id}-hint`,
  ].filter(Boolean)
  return {
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
    ...(error === undefined ? {} : { 'aria-invalid': true }),
  }
}
