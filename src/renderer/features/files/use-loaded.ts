import { useEffect, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'

/** What was loaded, or why it could not be. `load` must be stable. */
export function useLoaded<T>(load: () => Promise<T>): { readonly value: T | null; readonly error: string | null } {
  const [state, setState] = useState<{ value: T | null; error: string | null }>({ value: null, error: null })
  useEffect(() => {
    let open = true
    load().then(
      value => (open ? setState({ value, error: null }) : undefined),
      (error: unknown) => (open ? setState({ value: null, error: messageOf(error) }) : undefined),
    )
    return () => void (open = false)
  }, [load])
  return state
}
