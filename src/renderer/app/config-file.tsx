import { lazy, Suspense, useMemo } from 'react'

import { nameOf } from '../../shared/base/paths.ts'
import { edit } from '../features/hosts/hosts-state.ts'
import type { Parts } from './boot.ts'
import { isDark } from '../ui/theme.ts'

// The editor is heavy, and most people open it seldom.
const EditDialog = lazy(async () => ({ default: (await import('../features/files/edit-dialog.tsx')).EditDialog }))

/** A file of the person's ssh_config in the editor, at a line. */
export function ConfigFile({ parts, path, line }: { parts: Parts; path: string; line: number }) {
  const at = useMemo(
    () => ({ place: { side: { target: { kind: 'local' as const }, root: false }, path }, line }),
    [path, line],
  )
  const editor = useMemo(
    () => ({ api: parts.api, panes: parts.files.panes, isDark: isDark(), sender: parts.sender }),
    [parts],
  )
  return (
    <Suspense fallback={null}>
      <EditDialog parts={editor} paneId={null} name={nameOf(path)} at={at} close={() => edit(null)} />
    </Suspense>
  )
}
