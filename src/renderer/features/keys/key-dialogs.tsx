import { TriangleAlert } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { assertNever } from '../../../shared/base/assert-never.ts'
import { messageOf } from '../../../shared/base/errors.ts'
import type { HostId } from '../../../shared/contract/hosts.ts'
import type { KeyInfo, PutResult } from '../../../shared/contract/keys.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Select } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import css from './keys.module.css'
import { openKeyDialog, typeText, useKeysView } from './keys-state.ts'
import { ImportKeyDialog, NewKeyDialog, readSealed, SealedFields, type NewKeyProps } from './new-key-dialogs.tsx'
import { useKeys } from '../../mirrors/keys.ts'

export interface KeyDialogsProps extends Omit<NewKeyProps, 'close'> {
  /** Hosts of ~/.ssh/config can only use key files, not keys in the vault. */
  readonly hosts: readonly { readonly id: HostId; readonly label: string; readonly fromConfig: boolean }[]
  readonly copy: (text: string) => void
  /** Makes a host sign in with a key from now on. */
  readonly signInWith: (id: HostId, keyFile: string) => Promise<void>
}

/** The open key dialog, if any. */
export function KeyDialogs(props: KeyDialogsProps) {
  const dialog = useKeysView(state => state.dialog)
  const keys = useKeys(state => state.book.keys)
  if (!dialog) return null
  // What ends late must not close another dialog that was opened meanwhile.
  const close = () => (useKeysView.getState().dialog === dialog ? openKeyDialog(null) : undefined)
  if (dialog.kind === 'new') return <NewKeyDialog {...props} close={close} />
  if (dialog.kind === 'import') return <ImportKeyDialog {...props} close={close} />
  const info = keys.find(({ id }) => id === dialog.id)
  if (!info) return null
  const common = { ...props, close, info }
  switch (dialog.kind) {
    case 'details':
      return <DetailsDialog {...common} />
    case 'put':
    case 'take-off':
      return <ServerKeyDialog {...common} put={dialog.kind === 'put'} />
    case 'passphrase':
    case 'export':
      return <PassphraseDialog {...common} kind={dialog.kind} />
    case 'agent':
      return <AddToAgentDialog {...common} />
    case 'delete':
      return <DeleteKeyDialog {...common} />
    default:
      return assertNever(dialog)
  }
}

type OneKeyProps = KeyDialogsProps & { readonly info: KeyInfo; readonly close: () => void }

/** Runs a call and shows its error in the dialog. `leave` cancels a running call and closes the dialog. */
function useRun({ api, info, close }: OneKeyProps) {
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const run = (work: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    void work()
      .catch((error: unknown) => setFailure(messageOf(error)))
      .finally(() => setBusy(false))
  }
  const problem = failure !== null && (
    <p className={`${ui['error']} ${css['wide']}`} role="alert">
      {failure}
    </p>
  )
  const leave = () => {
    if (busy) void api.keys.cancel({ id: info.id })
    close()
  }
  return { run, busy, leave, problem, setFailure }
}

function DetailsDialog({ info, copy, close }: OneKeyProps) {
  const { name, path, comment, fingerprint, randomart, publicKey, encrypted, usedBy, problem } = info
  return (
    <Dialog
      title={name}
      description={path ?? (info.place === 'vault' ? 'In the vault' : 'In the agent')}
      width={620}
      onClose={close}
    >
      <div className={css['details']}>
        <dl className={ui['pairs']}>
          <dt>Type</dt>
          <dd>{typeText(info)}</dd>
          <dt>Fingerprint</dt>
          <dd className={ui['mono']}>{fingerprint ?? 'Unlock the key to see it'}</dd>
          <dt>Comment</dt>
          <dd>{comment || '—'}</dd>
          <dt>Passphrase</dt>
          <dd>{encrypted === null ? 'Unknown' : encrypted ? 'Yes' : 'None'}</dd>
          <dt>Used by</dt>
          <dd>{usedBy.join(', ') || '—'}</dd>
        </dl>
        {randomart !== '' && (
          <pre className={css['art']} role="img" aria-label="Randomart">
            {randomart}
          </pre>
        )}
      </div>
      {problem !== null && <p className={ui['error']}>{problem}</p>}
      {publicKey !== null && (
        <pre className={css['public']} role="group" aria-label="Public key" tabIndex={0}>
          {publicKey}
        </pre>
      )}
      <Actions>
        {publicKey !== null && <Button onClick={() => copy(publicKey)}>Copy public key</Button>}
        <Grow />
        <Button look="primary" onClick={close}>
          Close
        </Button>
      </Actions>
    </Dialog>
  )
}

function ServerKeyDialog(props: OneKeyProps & { readonly put: boolean }) {
  const { info, hosts, put, api, showNotice, signInWith, close } = props
  const [hostId, setHostId] = useState<string>(hosts[0]?.id ?? '')
  const [result, setResult] = useState<PutResult | null>(null)
  const { run, busy, leave, problem } = useRun(props)
  const { label = '', fromConfig = false } = hosts.find(({ id }) => id === hostId) ?? {}
  const target = { kind: 'host' as const, hostId: hostId as HostId }
  const start = () =>
    run(async () => {
      if (put) return setResult(await api.keys.putOn({ id: info.id, target }))
      const gone = await api.keys.takeOff({ id: info.id, target })
      showNotice(gone > 0 ? `Removed ${info.name} from ${label}.` : `${info.name} wasn’t on ${label}.`)
      close()
    })
  const adopt = () =>
    run(async () => {
      await signInWith(hostId as HostId, info.place === 'vault' ? info.id : (info.path ?? ''))
      showNotice(`${label} now signs in with ${info.name}.`)
      close()
    })
  const title = put ? `Copy ${info.name} to a server` : `Remove ${info.name} from a server`
  const words = put
    ? 'Adds the public key to ~/.ssh/authorized_keys, like ssh-copy-id, and tests it by signing in.'
    : 'Removes the key from ~/.ssh/authorized_keys. Make sure you have another way to sign in.'
  return (
    <Dialog title={title} description={words} onClose={leave}>
      <Select
        label="Host"
        value={hostId}
        disabled={busy || result !== null}
        onChange={event => setHostId(event.target.value)}
      >
        {hosts.map(({ id, label: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      {problem}
      {result && (
        <p role="status" className={ui['note']} data-tone={result.proved ? 'ok' : 'warn'}>
          {result.added ? `The key was added to ${label}.` : `The key was already on ${label}.`}{' '}
          {result.proved ? 'Signing in with it works.' : result.problem}
        </p>
      )}
      <Actions>
        <Grow />
        <Button onClick={leave}>{result ? 'Close' : 'Cancel'}</Button>
        {result?.proved === true && info.place !== 'agent' && !(info.place === 'vault' && fromConfig) && (
          <Button look="primary" disabled={busy} onClick={adopt}>
            {`Use this key for ${label}`}
          </Button>
        )}
        {!result && (
          <Button look={put ? 'primary' : 'danger'} disabled={busy || hostId === ''} onClick={start}>
            {busy ? 'Working…' : put ? 'Copy key' : 'Remove key'}
          </Button>
        )}
      </Actions>
    </Dialog>
  )
}

function PassphraseDialog(props: OneKeyProps & { readonly kind: 'passphrase' | 'export' }) {
  const { info, kind, api, showNotice, close } = props
  const [format, setFormat] = useState<'openssh' | 'pkcs8'>('openssh')
  const { run, busy, leave, problem, setFailure } = useRun(props)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const sealed = readSealed(new FormData(event.currentTarget))
    if (typeof sealed === 'string') return setFailure(sealed)
    run(async () => {
      if (kind === 'passphrase') {
        await api.keys.changePassphrase({ id: info.id, ...sealed })
        showNotice(
          sealed.passphrase === ''
            ? `${info.name} no longer has a passphrase.`
            : `The passphrase of ${info.name} was changed.`,
        )
      } else {
        const folder = await api.app.chooseFolder({ title: 'Choose where to save the key' })
        if (folder === null) return
        showNotice(`Exported to ${await api.keys.exportKey({ id: info.id, folder, format, ...sealed })}.`)
      }
      close()
    })
  }
  return (
    <Dialog
      title={kind === 'passphrase' ? `Change passphrase of ${info.name}` : `Export ${info.name}`}
      description={
        kind === 'passphrase'
          ? 'You’ll be asked for the current passphrase. Leave both fields empty to remove it.'
          : 'Writes the private key to a new file with mode 0600. Protect the copy with a passphrase.'
      }
      onClose={leave}
    >
      <form className={css['form']} onSubmit={submit} noValidate>
        {kind === 'export' && (
          <Select label="Format" value={format} onChange={event => setFormat(event.target.value as typeof format)}>
            <option value="openssh">OpenSSH</option>
            <option value="pkcs8">PKCS#8 (PEM)</option>
          </Select>
        )}
        <SealedFields />
        {problem}
        <div className={css['wide']}>
          <Actions>
            <Grow />
            <Button onClick={leave}>Cancel</Button>
            <Button look="primary" type="submit" disabled={busy}>
              {kind === 'passphrase' ? 'Change passphrase' : 'Choose folder…'}
            </Button>
          </Actions>
        </div>
      </form>
    </Dialog>
  )
}

function AddToAgentDialog(props: OneKeyProps) {
  const { info, api, showNotice, close } = props
  const [seconds, setSeconds] = useState('28800')
  const { run, busy, leave, problem } = useRun(props)
  const load = () =>
    run(async () => {
      await api.keys.addToAgent({ id: info.id, seconds: Number(seconds) })
      showNotice(`${info.name} was added to the agent.`)
      close()
    })
  return (
    <Dialog
      title={`Add ${info.name} to the agent`}
      description="Programs that use the agent can sign in with it without its passphrase."
      onClose={leave}
    >
      <Select label="Lifetime" value={seconds} onChange={event => setSeconds(event.target.value)}>
        <option value="3600">1 hour</option>
        <option value="28800">8 hours</option>
        <option value="86400">1 day</option>
        <option value="0">Until the agent stops</option>
      </Select>
      {problem}
      <Actions>
        <Grow />
        <Button onClick={leave}>Cancel</Button>
        <Button look="primary" disabled={busy} onClick={load}>
          Add key
        </Button>
      </Actions>
    </Dialog>
  )
}

function DeleteKeyDialog(props: OneKeyProps) {
  const { info, api, showNotice, close } = props
  const { run, busy, problem } = useRun(props)
  const remove = () =>
    run(async () => {
      await api.keys.remove({ id: info.id })
      showNotice(`The key ${info.name} was deleted.`)
      close()
    })
  return (
    <Dialog
      alert
      title={`Delete ${info.name}?`}
      description="You won’t be able to sign in with this key any more. This can’t be undone."
      badge={<TriangleAlert size={18} />}
      tone="bad"
      onClose={close}
    >
      <p className={ui['mono']}>{info.path ?? `vault: ${info.name}`}</p>
      {info.usedBy.length > 0 && <p>Used by {info.usedBy.join(', ')}.</p>}
      {problem}
      <Actions>
        <Grow />
        <Button onClick={close}>Cancel</Button>
        <Button look="danger" disabled={busy} onClick={remove}>
          Delete key
        </Button>
      </Actions>
    </Dialog>
  )
}
