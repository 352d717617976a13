/** Focuses a pane's file list, or the first button of its error message. Returns false if the pane isn't shown. */
export function focusGrid(paneId: string): boolean {
  const list = document.querySelector<HTMLElement>(`[role=grid][data-pane="${paneId}"]`)
  const other = document.querySelector<HTMLElement>(`[data-failed-pane="${paneId}"] button`)
  const target = list ?? other
  target?.focus()
  return target !== null
}
