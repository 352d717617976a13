import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

const controls = 'button, a[href], [role=button], [role=menuitem], [role=tab], label'

/**
 * Drops the second click of a double click where the first one has put something else under the pointer: a tab that moved
 * over, a row that moved up, a page that opened. A control marked `data-once` takes the first click alone.
 */
export function dropStrayClicks(window: Window): Disposable {
  // Held weakly: an element that is gone would keep its form, with what was typed into it.
  let first: WeakRef<Element> | null = null
  const look = (event: MouseEvent) => {
    const control = event.target instanceof Element ? event.target.closest(controls) : null
    if (event.detail <= 1) {
      if (event.type === 'mousedown') first = control && new WeakRef(control)
      return
    }
    const moved = first !== null && control !== first.deref()
    if (!moved && control?.matches('[data-once]') !== true) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  const types = ['mousedown', 'mouseup', 'click', 'dblclick'] as const
  for (const type of types) window.addEventListener(type, look, true)
  return toDisposable(() => {
    for (const type of types) window.removeEventListener(type, look, true)
  })
}
