import { lazy, Suspense, useMemo } from 'react'
import { create } from 'zustand'

import { nameOf } from '../../../shared/base/paths.ts'
import { isDark } from '../../ui/theme.ts'
import type { DoorContext } from '../../workspace/door.ts'
import type { FilePanes } from './file-panes.ts'

// The editor is heavy, and most people open it seldom.
const EditDialog = lazy(async () => ({ default: (await import('./edit-dialog.tsx')).EditDialog }))

export interface OpenLocalFile {
  readonly path: string
  readonly line: number
}

export const useLocalFile = create<{ readonly open: OpenLocalFile | null }>()(() => ({ open: null }))

/** Opens a file of this computer in the editor, at a line. */
export function editLocalFile(path: string, line: number): void {
  useLocalFile.setState({ open: { path, line } })
}

export function closeLocalFile(): void {
  useLocalFile.setState({ open: null })
}

interface LocalFileProps {
  readonly context: DoorContext
  readonly panes: FilePanes
}

/** The local file that is open in the editor over the page. */
export function LocalFile(props: LocalFileProps) {
  const open = useLocalFile(state => state.open)
  return open ? <Editor {...props} {...open} /> : null
}

function Editor({ context: { api, requests }, panes, path, line }: LocalFileProps & OpenLocalFile) {
  const at = useMemo(
    () => ({ place: { side: { target: { kind: 'local' as const }, root: false }, path }, line }),
    [path, line],
  )
  const parts = useMemo(() => ({ api, panes, isDark: isDark(), sender: requests.sender }), [api, panes, requests])
  return (
    <Suspense fallback={null}>
      <EditDialog parts={parts} paneId={null} name={nameOf(path)} at={at} close={closeLocalFile} />
    </Suspense>
  )
}
