import type { ReactNode } from 'react'

import { Button } from './button.tsx'
import dialog from './dialog.module.css'
import { FormActions, type UnsavedForm } from './unsaved-form.tsx'
import text from './text.module.css'

/**
 * The end of a form in a dialog: its error, Cancel and the submit button, with `children` on the left. Cancel asks before
 * it discards what was typed.
 */
export function FormEnd({
  failure,
  busy = false,
  submit,
  unsaved,
  children,
}: {
  readonly failure: string | null
  readonly busy?: boolean
  readonly submit: string
  readonly unsaved: UnsavedForm
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
        <FormActions unsaved={unsaved} start={children}>
          <Button look="primary" type="submit" disabled={busy}>
            {submit}
          </Button>
        </FormActions>
      </div>
    </>
  )
}
