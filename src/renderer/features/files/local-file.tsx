import { lazy, Suspense, useMemo } from 'react'
import { create } from 'zustand'

import { nameOf } from '../../../shared/base/paths.ts'
import type { Place } from '../../../shared/contract/files.ts'
import { isDark } from '../../ui/theme.ts'
import type { DoorContext } from '../../workspace/door.ts'
import type { FilePanes } from './file-panes.ts'

// The editor is heavy, and most people open it seldom.
const EditDialog = lazy(async () => ({ default: (await import('./edit-dialog.tsx')).EditDialog }))

export interface OpenFile {
  readonly place: Place
  readonly line: number
}

export const useOpenFile = create<{ readonly open: OpenFile | null }>()(() => ({ open: null }))

/** Opens a file of this computer in the editor, at a line. */
export function editLocalFile(path: string, line: number): void {
  editFile({ side: { target: { kind: 'local' }, root: false }, path }, line)
}

/** Opens a file in the editor over any page. */
export function editFile(place: Place, line: number): void {
  useOpenFile.setState({ open: { place, line } })
}

export function closeFile(): void {
  useOpenFile.setState({ open: null })
}

interface OpenFileProps {
  readonly context: DoorContext
  readonly panes: FilePanes
}

/** The file that is open in the editor over the page. */
export function OpenFileEditor(props: OpenFileProps) {
  const open = useOpenFile(state => state.open)
  return open ? <Editor {...props} at={open} /> : null
}

function Editor({ context: { api, requests }, panes, at }: OpenFileProps & { readonly at: OpenFile }) {
  const parts = useMemo(() => ({ api, panes, isDark: isDark(), sender: requests.sender }), [api, panes, requests])
  return (
    <Suspense fallback={null}>
      <EditDialog parts={parts} paneId={null} name={nameOf(at.place.path)} at={at} close={closeFile} />
    </Suspense>
  )
}
