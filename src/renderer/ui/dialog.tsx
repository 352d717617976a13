import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { useEffect, useRef, useState, type CSSProperties, type ReactNode, type RefObject } from 'react'

import { shownName } from '../../shared/base/shown-name.ts'
import css from './dialog.module.css'
import { keepKeyboard } from './keyboard-home.ts'

// Keys typed this soon after a dialog opens were meant for something else: users need about as long to notice it.
const settleMs = 500

interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  /** An icon in a colored square before the title. */
  readonly badge?: ReactNode
  readonly tone?: 'accent' | 'warn' | 'bad'
  readonly width?: number
  /** Called on Escape. */
  readonly onClose: () => void
  readonly alert?: boolean
  /** True if the user didn't open the dialog: it then ignores all input for the first 500 ms. */
  readonly unasked?: boolean
  /** The element to focus first; by default the first field or button. */
  readonly initialFocus?: RefObject<HTMLElement | null>
  readonly children: ReactNode
}

/** A modal dialog, named by its title. `alert` makes it an alert dialog. */
export function Dialog({
  title,
  description,
  badge,
  tone = 'accent',
  width,
  onClose,
  alert = false,
  unasked = false,
  initialFocus,
  children,
}: DialogProps) {
  // A click outside doesn't close the dialog, because it would discard what the user typed.
  const Parts = alert ? AlertDialog : BaseDialog
  const style = width === undefined ? undefined : ({ '--dialog-width': `${width}px` } as CSSProperties)
  const popup = useRef<HTMLDivElement>(null)
  const ready = useSettled(unasked, popup, initialFocus)
  const first = unasked ? popup : initialFocus
  useEffect(() => returnToDialog, [])
  return (
    <Parts.Root open disablePointerDismissal onOpenChange={open => (open || !ready ? undefined : onClose())}>
      <Parts.Portal>
        <Parts.Backdrop className={css['backdrop'] ?? ''} />
        <Parts.Popup
          ref={popup}
          className={css['popup'] ?? ''}
          style={style}
          {...(first ? { initialFocus: first } : {})}
        >
          <div className={css['heading']}>
            {badge !== undefined && (
              <span className={css['badge']} data-tone={tone}>
                {badge}
              </span>
            )}
            <div>
              <Parts.Title>{shownName(title)}</Parts.Title>
              {description !== undefined && description !== '' && (
                <Parts.Description>
                  {typeof description === 'string' ? shownName(description) : description}
                </Parts.Description>
              )}
            </div>
          </div>
          {unasked ? (
            <fieldset role="none" className={css['settling']} disabled={!ready}>
              {children}
            </fieldset>
          ) : (
            children
          )}
        </Parts.Popup>
      </Parts.Portal>
    </Parts.Root>
  )
}

/** Returns true once an unasked dialog has been visible long enough, and focuses it then. */
function useSettled(
  unasked: boolean,
  popup: RefObject<HTMLElement | null>,
  initialFocus: RefObject<HTMLElement | null> | undefined,
): boolean {
  const [ready, setReady] = useState(!unasked)
  useEffect(() => {
    if (ready) return
    const timer = setTimeout(() => setReady(true), settleMs)
    return () => clearTimeout(timer)
  }, [ready])
  useEffect(() => {
    if (!unasked || !ready || document.activeElement !== popup.current) return
    const first = initialFocus?.current ?? popup.current?.querySelector<HTMLElement>('input, textarea, select, button')
    first?.focus()
  }, [unasked, ready, popup, initialFocus])
  return ready
}

const fields = 'input:enabled, textarea:enabled, select:enabled, button:enabled'

/**
 * Returns focus when a dialog closes, because the previously focused element may be gone or disabled: to the dialog below
 * and never to the page behind it; without one, to the main control of the page.
 */
function returnToDialog(): void {
  // Two frames later, the closed dialog is gone and has restored focus.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const top = [...document.querySelectorAll<HTMLElement>('[role=dialog], [role=alertdialog]')].at(-1)
      if (!top) return keepKeyboard()
      if (top.contains(document.activeElement)) return
      ;(top.querySelector<HTMLElement>(fields) ?? top).focus()
    }),
  )
}

/** The row of buttons that ends a dialog. */
export function Actions({ children }: { readonly children: ReactNode }) {
  return <div className={css['actions']}>{children}</div>
}

/** Pushes the following elements to the end of a row. */
export function Grow() {
  return <span className={css['grow']} />
}
