import { FileArchive } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { isSafeName } from '../../../shared/base/paths.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { archiveName, countText, isArchive } from './file-actions.ts'
import { paneOf, pathsOf } from './file-panes.ts'
import type { DialogParts } from './files-dialogs.tsx'
import { useWork } from '../../ui/use-work.ts'

/** Names an archive; its ending says which kind it is. */
export function CompressDialog({ parts, paneId, close, names }: DialogParts & { readonly names: readonly string[] }) {
  const [name, setName] = useState(() => archiveName(names, paneOf(paneId)?.path ?? '/'))
  const { busy, error, run } = useWork(close)
  const [pane] = useState(() => paneOf(paneId))
  const wrong = !isSafeName(name) || !isArchive(name) ? 'End the name with .tar.gz, .tar.xz, .tar or .zip.' : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (pane) run(() => parts.actions.compress(pane.side, pathsOf(pane, names), name))
  }
  return (
    <Dialog
      title={`Compress ${countText(names.length)}`}
      description="The other side does the work; nothing is copied here."
      badge={<FileArchive size={18} />}
      onClose={close}
    >
      <form onSubmit={submit}>
        <TextField
          label="Archive"
          value={name}
          error={wrong ?? error}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Actions>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || wrong !== undefined}>
            {busy ? 'Compressing' : 'Compress'}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
