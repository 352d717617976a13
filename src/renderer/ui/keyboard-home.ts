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

/** Focuses the main control of the active tab or page, unless a dialog or menu is open. */
export function focusFront(): void {
  afterDrawing(() => {
    if (isModalOpen()) return
    const main = document.querySelector('main')
    const home = homes.map(each => main?.querySelector<HTMLElement>(each)).find(found => found != null)
    home?.focus()
  })
}

/** Does the same if nothing has focus, because the focused element is gone. */
export function keepKeyboard(): void {
  afterDrawing(() => {
    if (document.activeElement === null || document.activeElement === document.body) focusFront()
  })
}

// The change is drawn in the first frame; by the second, a closing dialog has restored focus.
function afterDrawing(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run))
}
