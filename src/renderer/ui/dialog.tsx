import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { CSSProperties, ReactNode, RefObject } from 'react'

import css from './ui.module.css'

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
  initialFocus,
  children,
}: DialogProps) {
  // A click beside it must not throw away what was typed: only an answer or Escape closes it.
  const Parts = alert ? AlertDialog : BaseDialog
  const style = width === undefined ? undefined : ({ '--dialog-width': `${width}px` } as CSSProperties)
  return (
    <Parts.Root open disablePointerDismissal onOpenChange={open => (open ? undefined : onClose())}>
      <Parts.Portal>
        <Parts.Backdrop className={css['backdrop'] ?? ''} />
        <Parts.Popup className={css['popup'] ?? ''} style={style} {...(initialFocus ? { initialFocus } : {})}>
          <div className={css['heading']}>
            {badge !== undefined && (
              <span className={css['badge']} data-tone={tone}>
                {badge}
              </span>
            )}
            <div>
              <Parts.Title>{title}</Parts.Title>
              {description !== undefined && description !== '' && <Parts.Description>{description}</Parts.Description>}
            </div>
          </div>
          {children}
        </Parts.Popup>
      </Parts.Portal>
    </Parts.Root>
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
