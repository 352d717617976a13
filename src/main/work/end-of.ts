import { toDisposable, type DisposableStore } from '../../shared/base/lifecycle.ts'

/** Returns a signal that aborts when the store is disposed. */
export function endOf(store: DisposableStore): AbortSignal {
  const ended = new AbortController()
  store.add(toDisposable(() => ended.abort()))
  return ended.signal
}
