import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

const controls = 'button, a[href], [role=button], [role=menuitem], [role=tab], label'

/**
 * Ignores the second click of a double-click if the first one moved something else under the pointer, such as another tab,
 * the next row or a new page. A control marked `data-once` handles only the first click.
 */
export function dropStrayClicks(window: Window): Disposable {
  // A weak reference, because a removed element would keep its form alive, with the text typed into it.
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
