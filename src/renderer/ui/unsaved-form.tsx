import { useCallback, useEffect, useRef, useState, type ReactNode, type RefCallback } from 'react'

import { Button } from './button.tsx'
import { Actions, Grow } from './dialog.tsx'

/** A form that asks before it discards what was typed into it. */
export interface UnsavedForm {
  /** For the form element. */
  readonly form: RefCallback<HTMLFormElement>
  /** Closes the form, or asks first if something was changed. While it asks, keeps the form. */
  readonly leave: () => void
  /** The question in place of the form's buttons; null while there is none. */
  readonly question: { readonly onStay: () => void; readonly onLeave: () => void } | null
}

/**
 * Makes a form ask before Escape or Cancel discards changes; `onClose` closes it for good. `isChanged` also counts changes
 * that no field of the form shows.
 */
export function useUnsavedForm(onClose: () => void, isChanged?: () => boolean): UnsavedForm {
  const shown = useRef<{ readonly element: HTMLFormElement; readonly values: string } | null>(null)
  const field = useRef<Element | null>(null)
  const [asking, setAsking] = useState(false)
  const form = useCallback((element: HTMLFormElement | null) => {
    if (!element) return
    shown.current = { element, values: valuesOf(element) }
    const change = () => setAsking(false)
    element.addEventListener('input', change)
    return () => element.removeEventListener('input', change)
  }, [])
  const stay = () => {
    setAsking(false)
    if (field.current instanceof HTMLElement) field.current.focus()
  }
  const leave = () => {
    const typed = shown.current !== null && valuesOf(shown.current.element) !== shown.current.values
    if (!typed && isChanged?.() !== true) return onClose()
    // A second Escape answers the question, so that no number of them discards anything.
    if (asking) return stay()
    field.current = document.activeElement
    setAsking(true)
  }
  return { form, leave, question: asking ? { onStay: stay, onLeave: onClose } : null }
}

/** The buttons that end a form: `start` on the left, then Cancel and `children`; or the question whether to discard it. */
export function FormActions({
  unsaved: { leave, question },
  start,
  children,
}: {
  readonly unsaved: UnsavedForm
  readonly start?: ReactNode
  readonly children: ReactNode
}) {
  if (question) return <DiscardQuestion {...question} />
  return (
    <Actions>
      {start}
      <Grow />
      <Button onClick={leave}>Cancel</Button>
      {children}
    </Actions>
  )
}

function DiscardQuestion({ onStay, onLeave }: NonNullable<UnsavedForm['question']>) {
  const stay = useRef<HTMLButtonElement>(null)
  useEffect(() => stay.current?.focus(), [])
  return (
    <Actions>
      <span role="alert">Discard changes?</span>
      <Grow />
      <Button ref={stay} onClick={onStay}>
        Keep editing
      </Button>
      <Button look="danger" onClick={onLeave}>
        Discard changes
      </Button>
    </Actions>
  )
}

function valuesOf(form: HTMLFormElement): string {
  const values = [...form.elements].flatMap(each => {
    if (each instanceof HTMLInputElement)
      return each.type === 'checkbox' || each.type === 'radio' ? String(each.checked) : each.value
    return each instanceof HTMLSelectElement || each instanceof HTMLTextAreaElement ? each.value : []
  })
  return JSON.stringify(values)
}
