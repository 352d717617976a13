import { FileSearch } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { nameOf, parentOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import css from './dialogs.module.css'
import { paneOf } from './file-panes.ts'
import type { DialogParts } from './files-parts.ts'
import { changePane } from './files-state.ts'
import { useTask } from './use-task.ts'
import { useWork } from '../../ui/use-work.ts'

/** Finds files by name in a pane's folder and its subfolders. */
export function FindDialog({ parts, paneId, close }: DialogParts) {
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly string[] | null>(null)
  const { busy, error, run } = useWork(() => {})
  const [asking, setAsking] = useState(false)
  const task = useTask(parts.api)
  const folder = paneOf(paneId)?.path ?? '/'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const pane = paneOf(paneId)
    if (!pane) return
    setAsking(true)
    run(() =>
      parts.api.files
        .find({ place: { side: pane.side, path: folder }, text, task })
        .then(setFound)
        .finally(() => setAsking(false)),
    )
  }
  const show = (path: string) => {
    parts.panes.go(paneId, parentOf(path))
    const name = nameOf(path)
    changePane(paneId, { selection: { selected: new Set([name]), cursor: name, anchor: name } })
    close()
  }
  return (
    <Dialog
      title="Find files"
      description={`Search by name in ${shownName(folder)} and its subfolders`}
      badge={<FileSearch size={18} />}
      width={620}
      onClose={close}
    >
      <form onSubmit={submit}>
        <TextField label="Name" value={text} error={error} onChange={event => setText(event.currentTarget.value)} />
        {found && (
          <div className={css['found']} role="status">
            <p>{foundText(found.length)}</p>
            <ul aria-label="Search results">
              {found.map(path => (
                <li key={path}>
                  <button type="button" onClick={() => show(path)}>
                    {shownName(path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path)}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
        <Actions>
          <Button onClick={close}>Close</Button>
          <Button look="primary" type="submit" disabled={text === '' || (busy && asking)}>
            {asking ? 'Searching…' : 'Find'}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function foundText(count: number): string {
  if (count === 0) return 'No files found.'
  return count >= 1000 ? 'Showing the first 1,000 results.' : count === 1 ? '1 result' : `${count} results`
}
