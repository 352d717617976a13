import { FilePlus, FolderPlus, Link2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { isSafeName } from '../../../shared/base/paths.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import type { DialogParts } from './files-parts.ts'
import { useWork } from '../../ui/use-work.ts'

const kinds = {
  'new-folder': { title: 'New folder', icon: <FolderPlus size={18} /> },
  'new-file': { title: 'New file', icon: <FilePlus size={18} /> },
  'new-link': { title: 'New symbolic link', icon: <Link2 size={18} /> },
} as const

/** Asks for the name of a new folder, file or symbolic link. */
export function NewDialog({ parts, paneId, close, kind }: DialogParts & { readonly kind: keyof typeof kinds }) {
  const [name, setName] = useState('')
  const [target, setTarget] = useState('')
  const { busy, error, run } = useWork(close)
  const { title, icon } = kinds[kind]
  const wrong = name !== '' && !isSafeName(name) ? 'Names can’t contain a slash, or be “.” or “..”.' : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run(() => parts.actions.make(paneId, kind, { name, target }))
  }
  return (
    <Dialog title={title} badge={icon} onClose={close}>
      <form onSubmit={submit}>
        <TextField
          label="Name"
          value={name}
          error={wrong ?? error}
          onChange={event => setName(event.currentTarget.value)}
        />
        {kind === 'new-link' && (
          <TextField
            label="Target"
            value={target}
            hint="A path on the same computer, absolute or relative to this folder."
            onChange={event => setTarget(event.currentTarget.value)}
          />
        )}
        <Actions>
          <Button onClick={close}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            disabled={busy || name === '' || wrong !== undefined || (kind === 'new-link' && target === '')}
          >
            Create
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
