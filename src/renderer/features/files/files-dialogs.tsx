import { lazy, Suspense } from 'react'

import { assertNever } from '../../../shared/base/assert-never.ts'
import { ErrorBoundary } from '../../ui/error-boundary.tsx'
import { CompressDialog } from './compress-dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { openDialog, useFiles } from './files-state.ts'
import type { FilesParts } from './files-parts.ts'
import { FindDialog } from './find-dialog.tsx'
import { NewDialog } from './new-dialog.tsx'
import { PropertiesDialog } from './properties-dialog.tsx'

// The editor and viewers are large and rarely needed, so they are loaded on demand.
const PreviewDialog = lazy(async () => ({ default: (await import('./preview-dialog.tsx')).PreviewDialog }))
const EditDialog = lazy(async () => ({ default: (await import('./edit-dialog.tsx')).EditDialog }))

/** The dialog that is open over the panes. */
export function FilesDialogs({ parts }: { readonly parts: FilesParts }) {
  const dialog = useFiles(state => state.dialog)
  if (!dialog) return null
  return (
    <ErrorBoundary what="This dialog" overlay resetKey={dialog} onClose={() => openDialog(null)}>
      <DialogOf parts={parts} dialog={dialog} />
    </ErrorBoundary>
  )
}

type OpenDialog = NonNullable<ReturnType<typeof useFiles.getState>['dialog']>

function DialogOf({ parts, dialog }: { readonly parts: FilesParts; readonly dialog: OpenDialog }) {
  const close = () => openDialog(null)
  const common = { parts, close, paneId: dialog.paneId }
  switch (dialog.kind) {
    case 'new-folder':
    case 'new-file':
    case 'new-link':
      return <NewDialog {...common} kind={dialog.kind} />
    case 'delete':
      return <DeleteDialog {...common} names={dialog.names} />
    case 'properties':
      return <PropertiesDialog {...common} names={dialog.names} />
    case 'compress':
      return <CompressDialog {...common} names={dialog.names} />
    case 'find':
      return <FindDialog {...common} />
    case 'preview':
      return (
        <Suspense fallback={null}>
          <PreviewDialog {...common} name={dialog.name} />
        </Suspense>
      )
    case 'edit':
      return (
        <Suspense fallback={null}>
          <EditDialog {...common} name={dialog.name} />
        </Suspense>
      )
    default:
      return assertNever(dialog)
  }
}
