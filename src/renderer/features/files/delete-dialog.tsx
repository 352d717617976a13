import { Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { shortName, shownName } from '../../../shared/base/shown-name.ts'
import type { TreeCount } from '../../../shared/contract/files.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import ui from '../../ui/text.module.css'
import { countText } from './file-actions.ts'
import { paneOf, pathsOf } from './file-panes.ts'
import type { DialogParts } from './files-parts.ts'
import { sizeText } from '../../../shared/base/sizes.ts'
import { useTask } from './use-task.ts'
import { useWork } from '../../ui/use-work.ts'

/** Names a target in a sentence. */
function hostName({ locations }: DialogParts['parts'], target: Target): string {
  if (target.kind === 'address') return target.address
  return locations.find(each => targetKey(each.target) === targetKey(target))?.label ?? 'the host'
}

/** Confirms a deletion and shows how many files it affects. */
export function DeleteDialog({ parts, paneId, close, names }: DialogParts & { readonly names: readonly string[] }) {
  // The selection is read once: the pane may show another folder by the time the user confirms.
  const [{ pane, paths }] = useState(() => {
    const now = paneOf(paneId)
    return { pane: now, paths: now ? pathsOf(now, names) : [] }
  })
  const [count, setCount] = useState<TreeCount | null>(null)
  const { busy, error, run } = useWork(close)
  const [counting, deleting] = [useTask(parts.api), useTask(parts.api)]
  const keep = useRef<HTMLButtonElement>(null)
  const local = pane?.side.target.kind === 'local'
  const where = pane ? `${shortName(pane.path ?? '/')} on ${hostName(parts, pane.side.target)}` : ''
  const { api } = parts
  useEffect(() => {
    if (!pane) return
    let open = true
    void api.files.count({ side: pane.side, paths, task: counting }).then(
      found => (open ? setCount(found) : undefined),
      () => {},
    )
    return () => void (open = false)
  }, [api, pane, paths, counting])
  const what = names.length === 1 ? shownName(names[0] as string) : countText(names.length)
  const them = names.length === 1 ? 'it' : 'them'
  return (
    <Dialog
      alert
      title={local ? `Move ${what} to Trash?` : `Delete ${what}?`}
      description={
        local
          ? `You can restore ${them} from Trash.`
          : `This permanently deletes ${them} from ${where}. You can’t undo this.`
      }
      badge={<Trash2 size={18} />}
      tone={local ? 'warn' : 'bad'}
      onClose={close}
      initialFocus={keep}
    >
      <p className={ui['hint']} role="status">
        {count === null ? 'Counting files…' : countedText(count)}
      </p>
      {error !== undefined && (
        <p className={ui['error']} role="alert">
          {error}
        </p>
      )}
      <Actions>
        <Button ref={keep} onClick={close}>
          Cancel
        </Button>
        <Button
          look="danger"
          disabled={busy}
          onClick={() => run(() => (pane ? parts.actions.remove(pane.side, paths, deleting) : Promise.resolve()))}
        >
          {busy ? (local ? 'Moving…' : 'Deleting…') : local ? 'Move to Trash' : 'Delete'}
        </Button>
      </Actions>
    </Dialog>
  )
}

/** Formats a count as `12 files in 3 folders, 4.2 MB`. */
export function countedText({ files, folders, bytes }: TreeCount): string {
  const filesText = files === 1 ? '1 file' : `${files.toLocaleString()} files`
  const foldersText = folders === 0 ? '' : folders === 1 ? ' in 1 folder' : ` in ${folders.toLocaleString()} folders`
  return `${filesText}${foldersText}, ${sizeText(bytes)}`
}
