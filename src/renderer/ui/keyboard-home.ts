import { isModalOpen } from './command.ts'

// What a tab or a page is for, best first. The rail is the way to a page and no part of it.
const homes = [
  '[data-active="true"] [role=grid]',
  '[data-active="true"] [data-failed-pane] button',
  '[data-active="true"] textarea',
  '[role=tabpanel] textarea',
  ':is(input, textarea, select):enabled:not(nav *)',
  ':is(button, a):enabled:not(nav *)',
]

/** Gives the keyboard to the main control of the tab or page in front; nothing changes while a dialog or menu has it. */
export function focusFront(): void {
  afterDrawing(() => {
    if (isModalOpen()) return
    const main = document.querySelector('main')
    const home = homes.map(each => main?.querySelector<HTMLElement>(each)).find(found => found != null)
    home?.focus()
  })
}

/** Does so where nothing has the keyboard, since what had it is gone. */
export function keepKeyboard(): void {
  afterDrawing(() => {
    if (document.activeElement === null || document.activeElement === document.body) focusFront()
  })
}

// The first frame draws what was changed, and what closes has given the keyboard back by the second.
function afterDrawing(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run))
}
