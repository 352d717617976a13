import { activeFiles } from '../../workspace/workspace-store.ts'
import { joinPath } from '../../../shared/base/paths.ts'
import { shownTab } from '../../workspace/files-tabs.ts'

/** The pane beside another one in the tab in front. */
export function otherPane(paneId: string): string | null {
  const tab = activeFiles()
  if (!tab) return null
  const [left, right] = [shownTab(tab.left).id, shownTab(tab.right).id]
  return paneId === left ? right : paneId === right ? left : null
}

/** Where the other pane goes when one goes from a folder to another: into the same child, or up as well. Pure. */
export function followPath(from: string, to: string, other: string): string | null {
  if (to.startsWith(from === '/' ? '/' : `${from}/`)) {
    const rest = to.slice(from === '/' ? 1 : from.length + 1)
    return rest.split('/').reduce(joinPath, other)
  }
  if (!from.startsWith(to === '/' ? '/' : `${to}/`)) return null
  const up = from.slice(to.length).split('/').filter(Boolean)
  const tail = `/${up.join('/')}`
  return other.endsWith(tail) ? other.slice(0, -tail.length) || '/' : null
}
