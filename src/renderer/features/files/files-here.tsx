import { sizeText } from '../../../shared/base/sizes.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { activeFiles, useWorkspace, type FilesTab } from '../../workspace/workspace-store.ts'
import { panesOfTab } from './files-panes-of-tab.ts'
import { useFiles } from './files-state.ts'

/** For the status bar: the selection of the pane in front, and the free space on its disk. */
export function FilesHere() {
  const tab = useWorkspace(activeFiles)
  return tab ? <PaneHere tab={tab} /> : null
}

function PaneHere({ tab }: { readonly tab: FilesTab }) {
  const { here } = panesOfTab(tab)
  const pane = useFiles(state => state.panes[here])
  if (!pane) return null
  const { entries, selection, space } = pane
  const picked = entries.filter(({ name }) => selection.selected.has(name))
  const bytes = picked.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
  const { target } = pane.side
  const label = target.kind === 'local' ? 'This computer' : labelOf(target)
  return (
    <>
      <span role="status" aria-label="Selection">
        {picked.length > 0
          ? `${picked.length} selected · ${sizeText(bytes)}`
          : `${entries.length.toLocaleString()} ${entries.length === 1 ? 'item' : 'items'}`}
      </span>
      {space && <span>{`${label}: ${sizeText(space.free)} free of ${sizeText(space.total)}`}</span>}
    </>
  )
}
