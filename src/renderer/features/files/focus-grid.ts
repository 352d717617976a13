/** Gives the keyboard to a pane's list, or to the first button where it shows none; false when there is no such pane. */
export function focusGrid(paneId: string): boolean {
  const list = document.querySelector<HTMLElement>(`[role=grid][data-pane="${paneId}"]`)
  const other = document.querySelector<HTMLElement>(`[data-failed-pane="${paneId}"] button`)
  const target = list ?? other
  target?.focus()
  return target !== null
}
