import { isModalOpen } from './command.ts'

// The main controls of a tab or page, best first. The rail leads to pages and is not part of one.
const homes = [
  '[data-active="true"] [role=grid]',
  '[data-active="true"] [data-failed-pane] button',
  '[data-active="true"] textarea',
  '[role=tabpanel] textarea',
  ':is(input, textarea, select):enabled:not(nav *)',
  ':is(button, a):enabled:not(nav *)',
]

/** Focuses the main control of the active tab or page, unless a dialog or menu is open, or the user focuses something else. */
export function focusFront(): void {
  const before = document.activeElement
  afterDrawing(() => {
    if (document.activeElement === before || nothingHasFocus()) focusMain()
  })
}

/** Does the same if nothing has focus, because the focused element is gone. */
export function keepKeyboard(): void {
  afterDrawing(() => {
    if (nothingHasFocus()) focusMain()
  })
}

function focusMain(): void {
  if (isModalOpen()) return
  const main = document.querySelector('main')
  const home = homes.map(each => main?.querySelector<HTMLElement>(each)).find(found => found != null)
  home?.focus()
}

function nothingHasFocus(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}

// The change is drawn in the first frame; by the second, a closing dialog has restored focus.
function afterDrawing(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run))
}
