import { FileArchive } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { isSafeName } from '../../../shared/base/paths.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { archiveName, countText, isArchive } from './file-actions.ts'
import { paneOf, pathsOf } from './file-panes.ts'
import type { DialogParts } from './files-parts.ts'
import { useWork } from '../../ui/use-work.ts'

/** Asks for the name of an archive; its extension selects the format. */
export function CompressDialog({ parts, paneId, close, names }: DialogParts & { readonly names: readonly string[] }) {
  const [name, setName] = useState(() => archiveName(names, paneOf(paneId)?.path ?? '/'))
  const { busy, error, run } = useWork(close)
  const [pane] = useState(() => paneOf(paneId))
  const wrong =
    !isSafeName(name) || !isArchive(name) ? 'Use a file name that ends in .tar.gz, .tar.xz, .tar or .zip.' : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (pane) run(() => parts.actions.compress(pane.side, pathsOf(pane, names), name))
  }
  return (
    <Dialog
      title={`Compress ${countText(names.length)}`}
      description={
        pane?.side.target.kind === 'local'
          ? 'The archive is created in this folder.'
          : 'Compression runs on the server. Nothing is downloaded.'
      }
      badge={<FileArchive size={18} />}
      onClose={close}
    >
      <form onSubmit={submit}>
        <TextField
          label="Archive name"
          value={name}
          error={wrong ?? error}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Actions>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || wrong !== undefined}>
            {busy ? 'Compressing…' : 'Compress'}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
