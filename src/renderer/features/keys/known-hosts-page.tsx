import { Fingerprint, Plus, Trash2 } from 'lucide-react'
import { useEffect, useState, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { KnownHostEntry } from '../../../shared/contract/keys.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Tag } from '../../ui/tag.tsx'
import page from '../../ui/page.module.css'
import ui from '../../ui/text.module.css'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import css from './keys.module.css'
import { loadKnownHosts, useKeys } from '../../mirrors/keys.ts'

export interface KnownHostsPageProps {
  readonly api: Api
  readonly showNotice: (text: string) => void
  readonly onProblem: (error: unknown) => void
}

const shownAtOnce = 200

/** The trusted host keys. A hashed name is found only by searching for the whole name. */
export function KnownHostsPage({ api, showNotice, onProblem }: KnownHostsPageProps) {
  const entries = useKeys(state => state.knownHosts)
  const [filter, setFilter] = useState('')
  const [found, setFound] = useState<readonly KnownHostEntry[]>([])
  const [adding, setAdding] = useState(false)
  useEffect(() => void loadKnownHosts(api).catch(onProblem), [api, onProblem])
  useEffect(() => {
    const name = filter.trim()
    let over = false
    // A hashed name can't be read, only compared with a whole name.
    const look = name === '' ? Promise.resolve([]) : api.knownHosts.find({ name: name.slice(0, 512) })
    look.then(lines => over || setFound(lines)).catch(onProblem)
    return () => void (over = true)
  }, [api, filter, entries, onProblem])
  const shown = matching(entries, filter, found)
  const remove = (entry: KnownHostEntry) =>
    void api.knownHosts
      .remove({ lines: [{ path: entry.path, line: entry.line, text: entry.text }] })
      .then(() => showNotice(`Removed ${nameOf(entry)}. You’ll be asked about its key when you next connect.`))
      .catch(onProblem)
  return (
    <div className={page['page']}>
      <div className={css['head']}>
        <h1>Known hosts</h1>
        <SearchField
          label="Find a host"
          placeholder="Name, or [name]:2222 with a port"
          value={filter}
          onText={setFilter}
        />
        <Button look="primary" onClick={() => setAdding(true)}>
          <Plus size={16} aria-hidden="true" /> Add by fingerprint
        </Button>
      </div>
      {entries.length === 0 ? (
        <div className={page['empty']}>
          <Fingerprint size={36} strokeWidth={1.25} aria-hidden="true" />
          <div>
            <strong>No known hosts yet</strong>
            <p>
              The key of a server is saved here when you trust it on the first connection. You can also add one by its
              fingerprint.
            </p>
          </div>
        </div>
      ) : (
        <ul className={css['list']} aria-label="Known hosts">
          {shown.slice(0, shownAtOnce).map(entry => (
            <li key={keyOf(entry, shown)} aria-label={nameOf(entry)}>
              <div className={css['main']}>
                <span className={css['name']}>
                  <strong>{nameOf(entry)}</strong>
                  <Tag>{entry.type}</Tag>
                  {entry.marker !== null && (
                    <Tag tone={entry.marker === 'revoked' ? 'bad' : 'info'}>{entry.marker}</Tag>
                  )}
                </span>
                <span className={`${css['print']} ${ui['mono']}`}>{entry.fingerprint}</span>
                <span className={css['hint']}>
                  {entry.path}:{entry.line} {entry.comment}
                </span>
              </div>
              <IconButton label={`Remove ${nameOf(entry)} ${entry.type}`} onClick={() => remove(entry)}>
                <Trash2 size={15} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {shown.length > shownAtOnce && (
        <p className={css['hint']}>{(shown.length - shownAtOnce).toLocaleString('en')} more. Type to filter.</p>
      )}
      {entries.length > 0 && shown.length === 0 && (
        <p className={css['hint']}>No known hosts match “{filter.trim()}”.</p>
      )}
      {adding && <AddDialog api={api} showNotice={showNotice} close={() => setAdding(false)} />}
    </div>
  )
}

/** A key from the text of an entry, not its line: entries below a removed one keep theirs as they move up. */
function keyOf(entry: KnownHostEntry, all: readonly KnownHostEntry[]): string {
  const same = all.filter(({ path, text }) => path === entry.path && text === entry.text)
  return `${entry.path} ${same.indexOf(entry)} ${entry.text}`
}

function AddDialog({
  api,
  showNotice,
  close,
}: Pick<KnownHostsPageProps, 'api' | 'showNotice'> & { readonly close: () => void }) {
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const leave = () => {
    if (busy) void api.knownHosts.cancelAdd()
    close()
  }
  const unsaved = useUnsavedForm(leave)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const text = (name: string) => String(data.get(name) ?? '').trim()
    const port = Number(text('port') || 22)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      return setFailure('The port must be a number from 1 to 65535.')
    if (!/^\S+$/.test(text('address'))) return setFailure('Enter a host name or IP address without spaces.')
    if (text('fingerprint') === '') return setFailure('Enter the fingerprint.')
    setBusy(true)
    setFailure(null)
    try {
      await api.knownHosts.add({
        address: text('address'),
        port,
        fingerprint: text('fingerprint'),
      })
      showNotice(`Added the key of ${text('address')}.`)
      close()
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title="Add by fingerprint"
      description="Fetches the server’s keys and saves the one that matches your fingerprint. Nothing else is sent."
      onClose={unsaved.leave}
    >
      <form ref={unsaved.form} className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <TextField label="Address" name="address" />
        <TextField label="Port" name="port" inputMode="numeric" placeholder="22" />
        <div className={css['wide']}>
          <TextField label="Fingerprint" name="fingerprint" placeholder="SHA256:…" />
        </div>
        <FormEnd failure={failure} busy={busy} submit="Add" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

function matching(
  entries: readonly KnownHostEntry[],
  filter: string,
  found: readonly KnownHostEntry[],
): readonly KnownHostEntry[] {
  const word = filter.trim().toLowerCase()
  if (word === '') return entries
  const exact = new Set(found.map(({ path, line }) => `${path}:${line}`))
  return entries.filter(
    ({ names, type, fingerprint, comment, path, line }) =>
      exact.has(`${path}:${line}`) || [names, type, fingerprint, comment].join(' ').toLowerCase().includes(word),
  )
}

function nameOf({ names, hashed, line }: KnownHostEntry): string {
  return hashed ? `Hashed name, line ${line}` : names.replaceAll(',', ', ')
}
