import { useState, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import { keyName, newKeyWork } from '../../../shared/contract/keys.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Select, TextArea, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import css from './keys.module.css'
import { useKeys } from '../../mirrors/keys.ts'

export interface NewKeyProps {
  readonly api: Api
  readonly close: () => void
  readonly tell: (text: string) => void
  /** Makes sure that the vault can take a secret; false when the person would rather not. */
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

/** Makes a key: Ed25519 unless somebody needs another. */
export function NewKeyDialog({ api, close, tell, openVault }: NewKeyProps) {
  const { keys, folder } = useKeys(state => state.book)
  const [kind, setKind] = useState<Kind>('ed25519')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const leave = () => leaveWork({ api, busy, close })
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const { type, bits } = kinds[kind]
    const checked = readSealed(data)
    if (typeof checked === 'string') return setFailure(checked)
    const place = text(data, 'place') === 'vault' ? 'vault' : 'file'
    const name = text(data, 'name')
    if (!keyName.safeParse(name).success) return setFailure(nameSentence)
    setBusy(true)
    try {
      if (place === 'vault' && !(await openVault())) return setBusy(false)
      await api.keys.generate({ place, name, type, bits, comment: text(data, 'comment'), ...checked })
      tell(`The key ${name} was made.`)
      close()
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog title="New key" width={520} onClose={leave}>
      <form className={css['form']} onSubmit={event => void submit(event)} noValidate>
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
        <FormEnd failure={failure} busy={busy} submit={busy ? 'Making the key…' : 'Generate'} onCancel={leave} />
      </form>
    </Dialog>
  )
}

/** Takes a key in from a file or a text, whatever its format. */
export function ImportKeyDialog({ api, close, tell, openVault }: NewKeyProps) {
  const { folder } = useKeys(state => state.book)
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const leave = () => leaveWork({ api, busy, close })
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
    if (!keyName.safeParse(name.trim()).success) return setFailure(nameSentence)
    const place = text(data, 'place') === 'vault' ? 'vault' : 'file'
    setBusy(true)
    try {
      if (place === 'vault' && !(await openVault())) return setBusy(false)
      await api.keys.importKey({ text: typed.trim() === '' ? '' : typed, path, place, name: name.trim() })
      tell(`The key ${name.trim()} was imported.`)
      close()
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title="Import key"
      description="OpenSSH, PEM, PKCS#8 or PuTTY (.ppk, 2 and 3). It is kept in OpenSSH’s format; the file stays where it is."
      width={520}
      onClose={leave}
    >
      <form className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <div className={`${css['wide']} ${css['withButton']}`}>
          <TextField label="File" value={path} onChange={event => setPath(event.target.value)} />
          <Button onClick={() => void choose()}>Choose…</Button>
        </div>
        <div className={css['wide']}>
          <TextArea label="Or paste the key" name="text" rows={4} />
        </div>
        <TextField label="Name" value={name} onChange={event => setName(event.target.value)} />
        <PlaceField folder={folder} />
        <FormEnd failure={failure} busy={busy} submit="Import" onCancel={leave} />
      </form>
    </Dialog>
  )
}

/** Closes the dialog of a new key, and ends what it has started. */
function leaveWork({ api, busy, close }: { api: Api; busy: boolean; close: () => void }): void {
  if (busy) void api.keys.cancel({ id: newKeyWork })
  close()
}

function PlaceField({ folder }: { readonly folder: string }) {
  return (
    <Select label="Keep in" name="place" defaultValue="file" title={folder}>
      <option value="file">The .ssh folder</option>
      <option value="vault">The vault</option>
    </Select>
  )
}

/** A passphrase typed twice, and how much work opening it is. */
export function SealedFields() {
  return (
    <>
      <TextField
        label="Passphrase"
        name="passphrase"
        type="password"
        autoComplete="new-password"
        placeholder="None"
        hint="Without one, whoever has the file has the key."
      />
      <TextField label="Repeat passphrase" name="again" type="password" autoComplete="new-password" />
      <TextField
        label="Rounds"
        name="rounds"
        inputMode="numeric"
        defaultValue="16"
        hint="16 to 100: more make guessing slower, and opening too."
      />
    </>
  )
}

/** What those fields say, or what is wrong with them. */
export function readSealed(data: FormData): { passphrase: string; rounds: number } | string {
  const passphrase = String(data.get('passphrase') ?? '')
  if (passphrase !== String(data.get('again') ?? '')) return 'The two passphrases differ. Type them again.'
  const rounds = Number(data.get('rounds') ?? 16)
  if (!Number.isInteger(rounds) || rounds < 16 || rounds > 100) return 'Rounds are a number from 16 to 100.'
  return { passphrase, rounds }
}

const nameSentence =
  'A name begins with a letter, a digit or an underscore, has at most 64 of those, dots, dashes, spaces and @, and is none that ssh uses itself.'

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
