import { useEffect, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'

/** Loads a value and returns it, or the error message. `load` must be stable; its signal aborts when the view unmounts. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): {
  readonly value: T | null
  readonly error: string | null
} {
  const [state, setState] = useState<{ value: T | null; error: string | null }>({ value: null, error: null })
  useEffect(() => {
    const closed = new AbortController()
    load(closed.signal).then(
      value => (!closed.signal.aborted ? setState({ value, error: null }) : undefined),
      (error: unknown) => (!closed.signal.aborted ? setState({ value: null, error: messageOf(error) }) : undefined),
    )
    return () => closed.abort()
  }, [load])
  return state
}
