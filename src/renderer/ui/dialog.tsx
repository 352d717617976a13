import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { useEffect, useRef, useState, type CSSProperties, type ReactNode, type RefObject } from 'react'

import { shownName } from '../../shared/base/shown-name.ts'
import { keepKeyboard } from './keyboard-home.ts'
import css from './ui.module.css'

// As long as the keys take that were meant for something else: a person needs about as long to see what opened.
const settleMs = 500

interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  /** An icon in a coloured square before the title. */
  readonly badge?: ReactNode
  readonly tone?: 'accent' | 'warn' | 'bad'
  readonly width?: number
  /** Escape or a click outside; for an alert Escape only. */
  readonly onClose: () => void
  readonly alert?: boolean
  /** True when it did not open by the user's own click or key: for the first 500 ms it is disabled and takes no key. */
  readonly unasked?: boolean
  /** What has the keyboard at first; the first field or button when left out. */
  readonly initialFocus?: RefObject<HTMLElement | null>
  readonly children: ReactNode
}

/** A modal dialog, named by its title. `alert` makes it one that must be answered. */
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
  // A click beside it must not throw away what was typed: only an answer or Escape closes it.
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

/** Answers true once a dialog that nobody asked for has been open long enough to be seen; then it takes the keyboard. */
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
 * What had the keyboard before a dialog may be gone or disabled when it closes: a dialog below keeps the keyboard then,
 * and never what lies behind it; without one, it goes to what the page is for.
 */
function returnToDialog(): void {
  // Once the dialog is gone and has given the keyboard back.
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

/** Pushes what follows to the other end of a row. */
export function Grow() {
  return <span className={css['grow']} />
}
