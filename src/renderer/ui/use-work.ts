import { useState } from 'react'

import { messageOf } from '../../shared/base/errors.ts'

/** Runs a dialog's work: the dialog closes on success, and shows the error on failure. */
export function useWork(onDone: () => void) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | undefined>(undefined)
  const run = (work: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    work().then(
      () => onDone(),
      (failed: unknown) => {
        setBusy(false)
        setError(messageOf(failed))
      },
    )
  }
  return { busy, error, run }
}
