import { shownTab } from '../../workspace/files-tabs.ts'
import type { FilesTab } from '../../workspace/workspace-store.ts'

/** The pane of a tab that has the keyboard, and the one beside it. */
export function panesOfTab(tab: FilesTab): { readonly here: string; readonly other: string } {
  const [here, other] = tab.focus === 'left' ? [tab.left, tab.right] : [tab.right, tab.left]
  return { here: shownTab(here).id, other: shownTab(other).id }
}
