import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

/** After a form was sent that is not right yet, its first wrong field gets the keyboard and is scrolled into sight. */
export function showInvalid(window: Window): Disposable {
  const show = (event: SubmitEvent) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement)) return
    // Once the errors are drawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const field = form.querySelector<HTMLElement>('[aria-invalid=true]')
        field?.focus({ preventScroll: true })
        ;(field ?? form.querySelector('[role=alert]'))?.scrollIntoView({ block: 'center' })
      }),
    )
  }
  window.document.addEventListener('submit', show)
  return toDisposable(() => window.document.removeEventListener('submit', show))
}
