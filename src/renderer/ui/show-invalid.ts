import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

/** Focuses the first invalid field of a submitted form and scrolls it into view. */
export function showInvalid(window: Window): Disposable {
  const show = (event: SubmitEvent) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement)) return
    // Two frames later, the errors have been rendered.
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
