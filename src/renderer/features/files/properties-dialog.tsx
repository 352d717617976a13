import { Info } from 'lucide-react'
import { useEffect, useState, type FormEvent } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import type { Entry, TreeCount } from '../../../shared/contract/files.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox, TextField } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import { countedText } from './delete-dialog.tsx'
import css from './dialogs.module.css'
import { countText } from './file-actions.ts'
import { paneOf, pathsOf } from './file-panes.ts'
import type { DialogParts, FilesParts } from './files-parts.ts'
import type { PaneState } from './files-state.ts'
import { fullTime, isFolder, modeText, typeOf } from './rows.ts'
import { useTask } from './use-task.ts'
import { useWork } from '../../ui/use-work.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

/** Shows the properties of files and changes their permissions and owner. */
export function PropertiesDialog({ parts, paneId, close, names }: DialogParts & { readonly names: readonly string[] }) {
  const [pane] = useState(() => paneOf(paneId))
  const wanted = new Set(names)
  const entries = pane?.entries.filter(entry => wanted.has(entry.name)) ?? []
  const [first] = entries
  const [mode, setMode] = useState(first?.mode ?? null)
  const [touched, setTouched] = useState(false)
  const [within, setWithin] = useState(false)
  const ownerNow = first ? ownerOf(first) : ''
  const [owner, setOwner] = useState(ownerNow)
  const { busy, error, run } = useWork(() => {
    parts.panes.refresh(paneId)
    close()
  })
  if (!pane || !first) return null
  const save = async () => {
    const where = { side: pane.side, paths: pathsOf(pane, names), within }
    if (mode !== null && touched) await parts.api.files.setMode({ ...where, mode })
    if (owner !== ownerNow && owner !== '') await parts.api.files.setOwner({ ...where, owner })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run(save)
  }
  const title = names.length === 1 ? shownName(first.name) : countText(names.length)
  return (
    <Dialog title={`Properties of ${title}`} badge={<Info size={18} />} width={540} onClose={close}>
      <form onSubmit={submit}>
        <Facts pane={pane} entries={entries} parts={parts} names={names} />
        {mode !== null && (
          <Permissions mode={mode} kind={first.kind} onChange={next => (setTouched(true), setMode(next))} />
        )}
        {pane.side.target.kind !== 'local' && (
          <TextField
            label="Owner"
            value={owner}
            hint="user or user:group. Changing the owner usually requires root."
            onChange={event => setOwner(event.currentTarget.value)}
          />
        )}
        {entries.some(isFolder) && (
          <Checkbox
            label="Apply to enclosed items"
            checked={within}
            onChange={event => setWithin(event.currentTarget.checked)}
          />
        )}
        {error !== undefined && (
          <p className={ui['error']} role="alert">
            {error}
          </p>
        )}
        <Actions>
          {names.length === 1 && first.kind === 'file' && <Checksum pane={pane} name={first.name} parts={parts} />}
          <Grow />
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy}>
            Save
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function Facts({
  pane,
  entries,
  parts,
  names,
}: {
  pane: PaneState
  entries: readonly Entry[]
  parts: FilesParts
  names: readonly string[]
}) {
  const [count, setCount] = useState<TreeCount | null>(null)
  const [first] = entries
  const { api } = parts
  const task = useTask(api)
  useEffect(() => {
    void api.files.count({ side: pane.side, paths: pathsOf(pane, names), task }).then(setCount, () => {})
  }, [api, pane, names, task])
  if (!first) return null
  return (
    <dl className={ui['pairs']}>
      <dt>Where</dt>
      <dd className={ui['mono']}>{shownName(pane.path ?? '')}</dd>
      {entries.length === 1 && (
        <>
          <dt>Type</dt>
          <dd>{typeOf(first)}</dd>
          {first.link && (
            <>
              <dt>Target</dt>
              <dd className={ui['mono']}>{shownName(first.link.target)}</dd>
            </>
          )}
          <dt>Modified</dt>
          <dd>{fullTime(first.mtimeMs)}</dd>
        </>
      )}
      <dt>Size</dt>
      <dd>
        {entries.length === 1 && first.kind === 'file'
          ? first.oddSize
            ? 'Unknown (the server reported an impossible size)'
            : `${sizeText(first.size)} (${first.size.toLocaleString()} ${first.size === 1 ? 'byte' : 'bytes'})`
          : count === null
            ? 'Counting files…'
            : countedText(count)}
      </dd>
    </dl>
  )
}

const classes = ['Owner', 'Group', 'Others'] as const
const rights = ['Read', 'Write', 'Execute'] as const

/** The nine permission bits as checkboxes and as an octal number. */
function Permissions({
  mode,
  kind,
  onChange,
}: {
  mode: number
  kind: Entry['kind']
  onChange: (mode: number) => void
}) {
  const [typed, setTyped] = useState<string | null>(null)
  const octal = mode.toString(8).padStart(3, '0')
  const wrong = typed !== null && !/^[0-7]{3,4}$/.test(typed) ? 'Enter three or four digits from 0 to 7.' : undefined
  return (
    <fieldset className={css['permissions']}>
      <legend>Permissions</legend>
      {classes.map((name, row) => (
        <div key={name} className={css['permission']}>
          <span>{name}</span>
          {rights.map((right, column) => {
            const bit = 0o400 >> (row * 3 + column)
            return (
              <Checkbox
                key={right}
                label={right}
                aria-label={`${name}: ${right}`}
                checked={(mode & bit) !== 0}
                onChange={event => {
                  setTyped(null)
                  onChange(event.currentTarget.checked ? mode | bit : mode & ~bit)
                }}
              />
            )
          })}
        </div>
      ))}
      <TextField
        label="Octal"
        value={typed ?? octal}
        error={wrong}
        hint={modeText({ mode, kind })}
        maxLength={4}
        onChange={event => {
          const text = event.currentTarget.value
          setTyped(text)
          if (/^[0-7]{3,4}$/.test(text)) onChange(Number.parseInt(text, 8))
        }}
        onBlur={() => setTyped(null)}
      />
    </fieldset>
  )
}

function Checksum({ pane, name, parts }: { pane: PaneState; name: string; parts: FilesParts }) {
  const [text, setText] = useState<string | null>(null)
  const [path] = pathsOf(pane, [name])
  const compute = () => {
    setText('Calculating…')
    void parts.api.files.checksum({ place: { side: pane.side, path: path as string }, kind: 'sha256' }).then(
      sum => {
        setText(sum)
        parts.actions.parts.copyText(sum)
      },
      (error: unknown) => {
        setText(null)
        parts.onProblem(error)
      },
    )
  }
  if (text !== null)
    return (
      <span className={css['sum']} role="status" aria-label="SHA-256">
        {text}
      </span>
    )
  return <Button onClick={compute}>Copy checksum</Button>
}

function ownerOf({ owner, group, uid, gid }: Entry): string {
  return `${owner ?? uid ?? ''}:${group ?? gid ?? ''}`
}
