import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

/**
 * Keeps input method (IME) keys from the window's handlers: the Enter that accepts a composition must not also submit the
 * dialog, and its Escape must not close it. Terminals and editors handle compositions themselves.
 */
export function keepCompositions(window: Window): Disposable {
  const keep = (event: KeyboardEvent) => {
    if (!event.isComposing || !(event.target instanceof Element)) return
    if (event.target.matches('input, textarea') && !event.target.closest('.xterm')) event.stopPropagation()
  }
  window.addEventListener('keydown', keep, true)
  return toDisposable(() => window.removeEventListener('keydown', keep, true))
}
