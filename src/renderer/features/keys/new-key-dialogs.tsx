import { useState, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { keyName, newKeyWork } from '../../../shared/contract/keys.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Select, TextArea, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import css from './keys.module.css'
import { useKeys } from '../../mirrors/keys.ts'

export interface NewKeyProps {
  readonly api: Api
  readonly close: () => void
  readonly showNotice: (text: string) => void
  /** Makes sure that the vault is unlocked; false when the user cancels. */
  readonly openVault: () => Promise<boolean>
}

const kinds = {
  ed25519: { label: 'Ed25519', type: 'ed25519', bits: 256, name: 'id_ed25519' },
  ecdsa256: { label: 'ECDSA 256', type: 'ecdsa', bits: 256, name: 'id_ecdsa' },
  ecdsa384: { label: 'ECDSA 384', type: 'ecdsa', bits: 384, name: 'id_ecdsa' },
  ecdsa521: { label: 'ECDSA 521', type: 'ecdsa', bits: 521, name: 'id_ecdsa' },
  rsa3072: { label: 'RSA 3072', type: 'rsa', bits: 3072, name: 'id_rsa' },
  rsa4096: { label: 'RSA 4096', type: 'rsa', bits: 4096, name: 'id_rsa' },
} as const
type Kind = keyof typeof kinds

/** Generates a key, Ed25519 by default. */
export function NewKeyDialog({ api, close, showNotice, openVault }: NewKeyProps) {
  const { keys, folder } = useKeys(state => state.book)
  const [kind, setKind] = useState<Kind>('ed25519')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const leave = () => cancelAndClose({ api, busy, close })
  const unsaved = useUnsavedForm(leave)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const { type, bits } = kinds[kind]
    const checked = readSealed(data)
    if (typeof checked === 'string') return setFailure(checked)
    const place = text(data, 'place') === 'vault' ? 'vault' : 'file'
    const name = text(data, 'name')
    if (!keyName.safeParse(name).success) return setFailure(nameError)
    setBusy(true)
    try {
      if (place === 'vault' && !(await openVault())) return setBusy(false)
      await api.keys.generate({ place, name, type, bits, comment: text(data, 'comment'), ...checked })
      showNotice(`Generated the key ${name}.`)
      close()
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog title="New key" width={520} onClose={unsaved.leave}>
      <form ref={unsaved.form} className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <Select label="Type" value={kind} onChange={event => setKind(event.target.value as Kind)}>
          {Object.entries(kinds).map(([id, { label }]) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </Select>
        <PlaceField folder={folder} />
        <TextField
          key={kind}
          label="Name"
          name="name"
          defaultValue={freeName(
            kinds[kind].name,
            keys.map(key => key.name),
          )}
        />
        <TextField label="Comment" name="comment" defaultValue={defaultComment()} />
        <SealedFields />
        <FormEnd failure={failure} busy={busy} submit={busy ? 'Generating…' : 'Generate'} unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

/** Imports a key from a file or pasted text, in any known format. */
export function ImportKeyDialog({ api, close, showNotice, openVault }: NewKeyProps) {
  const { folder } = useKeys(state => state.book)
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const leave = () => cancelAndClose({ api, busy, close })
  const unsaved = useUnsavedForm(leave)
  const choose = async () => {
    const chosen = await api.app.chooseFile({ title: 'Choose a private key' })
    if (chosen === null) return
    setPath(chosen)
    setName((chosen.split(/[\\/]/).at(-1) ?? '').replace(/\.(ppk|pem|key)$/i, ''))
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const typed = String(data.get('text') ?? '')
    if (typed.trim() === '' && path === '') return setFailure('Choose a file, or paste a key.')
    if (!keyName.safeParse(name.trim()).success) return setFailure(nameError)
    const place = text(data, 'place') === 'vault' ? 'vault' : 'file'
    setBusy(true)
    try {
      if (place === 'vault' && !(await openVault())) return setBusy(false)
      await api.keys.importKey({ text: typed.trim() === '' ? '' : typed, path, place, name: name.trim() })
      showNotice(`Imported the key ${name.trim()}.`)
      close()
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title="Import key"
      description="OpenSSH, PEM, PKCS#8 or PuTTY (.ppk version 2 and 3). Saved as a copy in OpenSSH format; the file is not changed."
      width={520}
      onClose={unsaved.leave}
    >
      <form ref={unsaved.form} className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <div className={`${css['wide']} ${css['withButton']}`}>
          <TextField label="File" value={path} onChange={event => setPath(event.target.value)} />
          <Button onClick={() => void choose()}>Choose…</Button>
        </div>
        <div className={css['wide']}>
          <TextArea label="Or paste the key" name="text" rows={4} />
        </div>
        <TextField label="Name" value={name} onChange={event => setName(event.target.value)} />
        <PlaceField folder={folder} />
        <FormEnd failure={failure} busy={busy} submit="Import" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

/** Closes the dialog of a new key, and cancels a running call. */
function cancelAndClose({ api, busy, close }: { api: Api; busy: boolean; close: () => void }): void {
  if (busy) void api.keys.cancel({ id: newKeyWork })
  close()
}

function PlaceField({ folder }: { readonly folder: string }) {
  return (
    <Select label="Save to" name="place" defaultValue="file" title={folder}>
      <option value="file">.ssh folder</option>
      <option value="vault">Vault</option>
    </Select>
  )
}

/** A passphrase, typed twice, and the rounds of its key derivation (ssh-keygen -a). */
export function SealedFields() {
  return (
    <>
      <TextField
        label="Passphrase"
        name="passphrase"
        type="password"
        autoComplete="new-password"
        placeholder="None"
        hint="Without a passphrase, anyone with the file can use the key."
      />
      <TextField label="Repeat passphrase" name="again" type="password" autoComplete="new-password" />
      <TextField
        label="KDF rounds"
        name="rounds"
        inputMode="numeric"
        defaultValue="16"
        hint="16 to 100. More rounds make guessing slower, but unlocking too."
      />
    </>
  )
}

/** Reads these fields. Returns an error message if they are invalid. */
export function readSealed(data: FormData): { passphrase: string; rounds: number } | string {
  const passphrase = String(data.get('passphrase') ?? '')
  if (passphrase !== String(data.get('again') ?? '')) return 'The passphrases don’t match. Type them again.'
  const rounds = Number(data.get('rounds') ?? 16)
  if (!Number.isInteger(rounds) || rounds < 16 || rounds > 100) return 'Enter 16 to 100 rounds.'
  return { passphrase, rounds }
}

const nameError =
  'A name starts with a letter, digit or underscore, has up to 64 letters, digits, underscores, dots, dashes, spaces and @, and isn’t one that ssh uses itself.'

function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name
  for (let number = 2; ; number++) if (!taken.includes(`${name}_${number}`)) return `${name}_${number}`
}

function defaultComment(): string {
  return `hawser ${new Date().toISOString().slice(0, 10)}`
}

function text(data: FormData, name: string): string {
  return String(data.get(name) ?? '').trim()
}
