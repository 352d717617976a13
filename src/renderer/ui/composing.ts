import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

/**
 * Keeps the keys of an input method from the window's handlers: the Enter that accepts a composition in a field must
 * not also accept the dialog, and its Escape must not close it. Terminals and editors look after their own.
 */
export function keepCompositions(window: Window): Disposable {
  const keep = (event: KeyboardEvent) => {
    if (!event.isComposing || !(event.target instanceof Element)) return
    if (event.target.matches('input, textarea') && !event.target.closest('.xterm')) event.stopPropagation()
  }
  window.addEventListener('keydown', keep, true)
  return toDisposable(() => window.removeEventListener('keydown', keep, true))
}
