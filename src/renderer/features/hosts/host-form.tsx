import { useRef, useState, type ClipboardEvent, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { printForwardSpec } from '../../../shared/base/forward-spec.ts'
import { host as hostSchema, type Host, type HostId, type HostSecret } from '../../../shared/contract/hosts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, Select, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import css from './hosts.module.css'
import { groupPath, useHosts } from '../../mirrors/hosts.ts'
import { extraText, fillAddress, noExtra, pastedCommand, type PastedExtra } from './pasted-command.ts'
import {
  AgentField,
  LookFields,
  KeepAliveField,
  keepAliveOf,
  ReconnectField,
  reconnectOf,
  SignInFields,
  type Errors,
} from './host-fields.tsx'
import { JumpField, ProxyFields, proxySentence, readProxy } from './route-fields.tsx'

export interface HostFormProps {
  /** Null creates a new host. */
  readonly host: Host | null
  readonly preset?: Partial<Host>
  readonly themes: readonly { readonly id: string; readonly name: string }[]
  readonly onSave: (
    host: Host,
    secrets: Readonly<Partial<Record<HostSecret, string>>>,
    extra: PastedExtra,
  ) => Promise<void>
  readonly onDelete: (host: Host) => void
  /** Removes a saved password or key from the vault. */
  readonly onForget: (host: Host, kind: HostSecret) => void
  readonly onClose: () => void
  readonly chooseFile: () => Promise<string | null>
}

/** Edits every setting of a host. Secrets go straight from their field to main; the window keeps no copy. */
export function HostForm({ host, preset, themes, onSave, onDelete, onForget, onClose, chooseFile }: HostFormProps) {
  const { hosts, groups, secrets } = useHosts(state => state.book)
  const start = { ...preset, ...host }
  const [errors, setErrors] = useState<Errors>({})
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const saving = useRef(false)
  const unsaved = useUnsavedForm(onClose)
  const [agent, setAgent] = useState(start.forwardAgent ?? false)
  const [keyFile, setKeyFile] = useState(start.keyFile ?? '')
  const [extra, setExtra] = useState<PastedExtra>(noExtra)
  // Kept after a save that failed halfway, so that saving again does not create a second host.
  const [id] = useState(() => host?.id ?? (crypto.randomUUID() as HostId))
  const kept = host ? (secrets[host.id] ?? []) : []

  const pasted = (event: ClipboardEvent<HTMLInputElement>) => {
    const parsed = pastedCommand(event.clipboardData.getData('text'))
    if (!parsed) return
    if (!parsed.ok) return setErrors({ address: parsed.message })
    const { command } = parsed
    event.preventDefault()
    setErrors({})
    fillAddress(event.currentTarget.form, command)
    if (command.keyFile !== null) setKeyFile(command.keyFile)
    setExtra({
      jumps: command.jumps,
      forwards: command.forwards.map(printForwardSpec),
      left: command.forwardAgent ? ['-A', ...command.left] : command.left,
    })
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const data = new FormData(form)
    const checked = readForm(data, { id, before: host })
    if (!checked.ok) return setErrors(checked.errors)
    const typed: Partial<Record<HostSecret, string>> = {}
    if (text(data, 'password') !== '') typed.password = String(data.get('password'))
    if (text(data, 'privateKey') !== '') typed['private-key'] = String(data.get('privateKey'))
    // A second Enter can arrive before the button is disabled.
    if (saving.current) return
    saving.current = true
    setBusy(true)
    try {
      await onSave(checked.host, typed, extra)
      form.reset()
      onClose()
    } catch (error) {
      setFailure(messageOf(error))
      saving.current = false
      setBusy(false)
    }
  }
  return (
    <Dialog title={host ? `Edit ${host.label}` : 'New host'} width={560} onClose={unsaved.leave}>
      <form ref={unsaved.form} className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <TextField
          label="Label"
          name="label"
          defaultValue={start.label ?? ''}
          placeholder="gpu-box"
          error={errors['label']}
        />
        <Select label="Group" name="groupId" defaultValue={start.groupId ?? ''}>
          <option value="">None</option>
          {groups.map(group => (
            <option key={group.id} value={group.id}>
              {groupPath(group.id, groups)}
            </option>
          ))}
        </Select>
        <div className={css['address']}>
          <TextField
            label="Address"
            name="address"
            defaultValue={start.address ?? ''}
            placeholder="10.0.4.7 or gpu.example.com"
            error={errors['address']}
            onPaste={pasted}
            hint={extraText(extra)}
          />
          <TextField
            label="Port"
            name="port"
            inputMode="numeric"
            defaultValue={start.port ?? ''}
            placeholder="22"
            error={errors['port']}
          />
        </div>
        <TextField
          label="User"
          name="user"
          defaultValue={start.user ?? ''}
          placeholder="ubuntu"
          error={errors['user']}
        />
        <SignInFields
          start={start}
          kept={kept}
          errors={errors}
          keyFile={keyFile}
          setKeyFile={setKeyFile}
          chooseFile={chooseFile}
          onForget={host ? kind => onForget(host, kind) : null}
        />
        <JumpField
          book={{ hosts, groups }}
          own={host?.id ?? null}
          jumpHostId={start.jumpHostId ?? null}
          groupId={start.groupId ?? null}
          label={start.label ?? ''}
          error={errors['jumpHostId']}
        />
        <ProxyFields proxy={start.proxy ?? null} error={errors['proxy']} />
        <LookFields start={start} themes={themes} errors={errors} />
        <ReconnectField start={start} />
        <KeepAliveField value={start.keepAlive ?? null} />
        <AgentField checked={agent} onChange={setAgent} />
        <div className={css['wide']}>
          <Checkbox
            name="weakAlgorithms"
            defaultChecked={start.weakAlgorithms ?? false}
            label="Allow weak algorithms (for old servers only)"
          />
        </div>
        <FormEnd failure={failure} busy={busy} submit="Save" unsaved={unsaved}>
          {host && (
            <Button
              look="danger"
              onClick={() => {
                onDelete(host)
                onClose()
              }}
            >
              Delete host
            </Button>
          )}
        </FormEnd>
      </form>
    </Dialog>
  )
}

type Checked = { readonly ok: true; readonly host: Host } | { readonly ok: false; readonly errors: Errors }

function readForm(data: FormData, { id, before }: { id: HostId; before: Host | null }): Checked {
  const address = text(data, 'address')
  const number = (name: string) => (text(data, name) === '' ? null : Number(text(data, name)))
  const candidate = {
    id,
    // The label defaults to the address, whose own field reports what is wrong with it.
    label: text(data, 'label') || address || '?',
    address,
    port: number('port'),
    user: orNull(text(data, 'user')),
    groupId: orNull(text(data, 'groupId')),
    signIn: text(data, 'signIn'),
    keyFile: data.has('keyFile') ? orNull(text(data, 'keyFile')) : (before?.keyFile ?? null),
    jumpHostId: orNull(text(data, 'jumpHostId')),
    tags: text(data, 'tags')
      .split(/[,;]/)
      .map(tag => tag.trim())
      .filter(Boolean),
    favourite: before?.favourite ?? false,
    weakAlgorithms: data.has('weakAlgorithms'),
    forwardAgent: data.has('forwardAgent'),
    proxy: readProxy(data),
    look: { theme: orNull(text(data, 'theme')), fontSize: number('fontSize') },
    reconnect: reconnectOf(data),
    keepAlive: keepAliveOf(data),
    lastUsed: before?.lastUsed ?? null,
  }
  const checked = hostSchema.safeParse(candidate)
  if (checked.success) return { ok: true, host: checked.data }
  return {
    ok: false,
    errors: Object.fromEntries(
      checked.error.issues.map(issue => [String(issue.path[0]), sentences[String(issue.path[0])] ?? issue.message]),
    ),
  }
}

/** The error message of each field. */
export const sentences: Readonly<Record<string, string>> = {
  label: 'Enter a label of up to 128 characters.',
  address: 'Enter a host name or IP address without spaces.',
  port: 'The port must be a number from 1 to 65535.',
  user: 'A user name can’t contain spaces or @.',
  keyFile: 'Enter a valid path.',
  tags: 'Enter at most 32 tags of up to 32 characters each.',
  proxy: proxySentence,
  look: 'Enter a font size from 6 to 40.',
}

function text(data: FormData, name: string): string {
  const value = data.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

function orNull(value: string): string | null {
  return value === '' ? null : value
}
