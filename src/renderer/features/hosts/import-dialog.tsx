import { FileInput, ClipboardPaste, FolderInput } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { GroupId } from '../../../shared/contract/hosts.ts'
import type { ImportedHost, ImportFormat, ImportPreview } from '../../../shared/contract/imports.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox, Select, TextArea } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import css from './hosts.module.css'
import { groupPath, useHosts } from '../../mirrors/hosts.ts'
import { importWords } from './import-words.ts'

const formats: Readonly<Record<ImportFormat, string>> = {
  putty: 'PuTTY',
  winscp: 'WinSCP',
  mobaxterm: 'MobaXterm',
  termius: 'Termius',
  csv: 'CSV',
  'known-hosts': 'known_hosts',
  ssh: 'ssh command',
  'ssh-config': 'ssh_config',
  hawser: 'Hawser',
}

export interface ImportDialogProps {
  readonly api: Api
  readonly onClose: () => void
  readonly onDone: (text: string) => void
}

/** Imports hosts from a file, a folder or pasted text, with a preview before anything is saved. */
export function ImportDialog({ api, onClose, onDone }: ImportDialogProps) {
  const [preview, setPreview] = useState<ImportPreview | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const fail = useCallback((error: unknown) => setFailure(messageOf(error)), [])
  const show = (work: Promise<ImportPreview | null>) => {
    setFailure(null)
    work.then(found => found && setPreview(found)).catch(fail)
  }
  return (
    <Dialog
      title="Import hosts"
      description={
        preview
          ? `${preview.hosts.length} ${preview.hosts.length === 1 ? 'host' : 'hosts'} from ${formats[preview.format]}`
          : 'From PuTTY, WinSCP, MobaXterm, Termius, CSV, ssh_config, known_hosts or an ssh command. Hosts in ~/.ssh/config appear automatically.'
      }
      width={640}
      onClose={onClose}
    >
      {failure !== null && (
        <p className={ui['error']} role="alert">
          {failure}
        </p>
      )}
      {preview ? (
        <PreviewStep
          api={api}
          preview={preview}
          onBack={() => setPreview(null)}
          onDone={onDone}
          onClose={onClose}
          onFailure={setFailure}
        />
      ) : (
        <SourceStep api={api} show={show} onClose={onClose} onFailure={fail} />
      )}
    </Dialog>
  )
}

function SourceStep({
  api,
  show,
  onClose,
  onFailure,
}: Pick<ImportDialogProps, 'api' | 'onClose'> & {
  readonly show: (work: Promise<ImportPreview | null>) => void
  readonly onFailure: (error: unknown) => void
}) {
  const [text, setText] = useState('')
  const [places, setPlaces] = useState<readonly { label: string; path: string }[]>([])
  useEffect(() => {
    api.imports.places().then(setPlaces, onFailure)
  }, [api, onFailure])
  const chosen = async (path: string | null) => (path === null ? null : api.imports.readFile({ path }))
  return (
    <>
      <div className={css['sources']}>
        <Button onClick={() => show(api.app.chooseFile({ title: 'Choose a file to import' }).then(chosen))}>
          <FileInput size={15} aria-hidden="true" /> Choose file…
        </Button>
        <Button onClick={() => show(api.app.chooseFolder({ title: 'Choose the PuTTY folder' }).then(chosen))}>
          <FolderInput size={15} aria-hidden="true" /> Choose folder…
        </Button>
        {places.map(({ label, path }) => (
          <Button key={path} title={path} onClick={() => show(api.imports.readFile({ path }))}>
            {label}
          </Button>
        ))}
      </div>
      <TextArea
        label="Or paste text"
        rows={5}
        value={text}
        onChange={event => setText(event.target.value)}
        placeholder="ssh -p 2222 -J gate ubuntu@10.0.4.7, or the contents of a file"
      />
      <Actions>
        <Grow />
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={text.trim() === ''} onClick={() => show(api.imports.readText({ text }))}>
          <ClipboardPaste size={15} aria-hidden="true" /> Preview hosts
        </Button>
      </Actions>
    </>
  )
}

interface PreviewStepProps extends ImportDialogProps {
  readonly preview: ImportPreview
  readonly onBack: () => void
  readonly onFailure: (text: string) => void
}

function PreviewStep({ api, preview, onBack, onClose, onDone, onFailure }: PreviewStepProps) {
  const { groups } = useHosts(state => state.book)
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const [groupId, setGroupId] = useState('')
  const [busy, setBusy] = useState(false)
  const wanted = preview.hosts.filter((_host, index) => !left.has(index))
  const toggle = (index: number) => {
    const next = new Set(left)
    if (!next.delete(index)) next.add(index)
    setLeft(next)
  }
  const run = async () => {
    setBusy(true)
    try {
      const { added, there } = await api.imports.add({
        hosts: wanted as never,
        groupId: (groupId || null) as GroupId | null,
      })
      const also = there === 0 ? '' : ` ${there} already existed.`
      onDone(`Imported ${added} ${added === 1 ? 'host' : 'hosts'}.${also}`)
      onClose()
    } catch (error) {
      onFailure(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <>
      <ul className={css['importList']} aria-label="Hosts to import" tabIndex={0}>
        {preview.hosts.map((host, index) => (
          <li key={index}>
            <Checkbox
              checked={!left.has(index)}
              onChange={() => toggle(index)}
              label={
                <>
                  <strong>{shownName(host.label)}</strong> <span className={ui['mono']}>{shownName(shown(host))}</span>
                  {host.note !== '' && <span className={css['hint']}> {shownName(host.note)}</span>}
                </>
              }
            />
            <ul className={css['importWords']}>
              {importWords(host).map(({ text, warns }) => (
                <li key={text} data-warns={warns}>
                  {shownName(text)}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {preview.skipped.length > 0 && (
        <details className={css['hint']}>
          <summary>{preview.skipped.length} skipped</summary>
          <ul>
            {preview.skipped.map(line => (
              <li key={line}>{shownName(line)}</li>
            ))}
          </ul>
        </details>
      )}
      <Select label="Import into group" value={groupId} onChange={event => setGroupId(event.target.value)}>
        <option value="">None</option>
        {groups.map(group => (
          <option key={group.id} value={group.id}>
            {groupPath(group.id, groups)}
          </option>
        ))}
      </Select>
      <Actions>
        <Button onClick={onBack}>Back</Button>
        <Grow />
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={busy || wanted.length === 0} onClick={() => void run()}>
          Import {wanted.length} {wanted.length === 1 ? 'host' : 'hosts'}
        </Button>
      </Actions>
    </>
  )
}

function shown({ user, address, port, jumps, groups }: ImportedHost): string {
  const through = jumps.length === 0 ? '' : ` through ${jumps.map(jump => jump.address).join(', ')}`
  const inside = groups.length === 0 ? '' : ` in ${groups.join(' / ')}`
  return `${user === null ? '' : `${user}@`}${address}${port === null ? '' : `:${port}`}${through}${inside}`
}
