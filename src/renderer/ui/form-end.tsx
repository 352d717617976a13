import type { ReactNode } from 'react'

import { Button } from './button.tsx'
import { Actions, Grow } from './dialog.tsx'
import dialog from './dialog.module.css'
import text from './text.module.css'

/** The end of a form in a dialog: its error, Cancel and the submit button, with `children` on the left. */
export function FormEnd({
  failure,
  busy = false,
  submit,
  onCancel,
  children,
}: {
  readonly failure: string | null
  readonly busy?: boolean
  readonly submit: string
  readonly onCancel: () => void
  readonly children?: ReactNode
}) {
  return (
    <>
      {failure !== null && (
        <p className={`${text['error']} ${dialog['formWide']}`} role="alert">
          {failure}
        </p>
      )}
      <div className={dialog['formWide']}>
        <Actions>
          {children}
          <Grow />
          <Button onClick={onCancel}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy}>
            {submit}
          </Button>
        </Actions>
      </div>
    </>
  )
}
