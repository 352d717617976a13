import { useRef, useState, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { configChanges, type ConfigChanges, type ConfiguredHost, type Host } from '../../../shared/contract/hosts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, Select, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import ui from '../../ui/text.module.css'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import css from './hosts.module.css'
import { KeepAliveField, keepAliveOf, ReconnectField, reconnectOf } from './host-fields.tsx'
import { sentences } from './host-form.tsx'
import { groupPath, useHosts } from '../../mirrors/hosts.ts'

export interface ConfigFormProps {
  readonly host: Host
  readonly config: ConfiguredHost
  readonly onSave: (host: Host, changes: ConfigChanges) => Promise<void>
  /** Removes the host's saved password from the vault. */
  readonly onForget: (host: Host) => void
  /** Opens the file at a line in the editor. */
  readonly onOpen: (path: string, line: number) => void
  readonly onClose: () => void
}

/** Edits a host of ~/.ssh/config in the file itself. Its group, tags and reconnection are saved in Hawser's own data. */
export function ConfigForm({ host, config, onSave, onForget, onOpen, onClose }: ConfigFormProps) {
  const { groups, secrets } = useHosts(state => state.book)
  const remembered = secrets[host.id]?.includes('password') === true
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const saving = useRef(false)
  const { problem } = config
  const shown = problem ?? config
  const unsaved = useUnsavedForm(onClose)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const checked = configChanges.safeParse(changesOf(data, host, config))
    if (!checked.success) return setFailure(problemOf(String(checked.error.issues[0]?.path[0])))
    if (saving.current) return
    saving.current = true
    setBusy(true)
    try {
      await onSave(
        {
          ...host,
          groupId: (text(data, 'groupId') || null) as Host['groupId'],
          tags: tagsOf(data),
          reconnect: reconnectOf(data),
          keepAlive: keepAliveOf(data),
        },
        checked.data,
      )
      onClose()
    } catch (error) {
      setFailure(messageOf(error))
      saving.current = false
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={`Edit ${host.label}`}
      description={`Line ${config.line} of ${config.path}. Only the fields you change are written; comments and order are preserved.`}
      width={560}
      onClose={unsaved.leave}
    >
      <form ref={unsaved.form} className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <div className={css['address']}>
          <TextField label="Address" name="hostName" defaultValue={host.address} />
          <TextField label="Port" name="port" inputMode="numeric" defaultValue={host.port ?? ''} placeholder="22" />
        </div>
        <TextField label="User" name="user" defaultValue={host.user ?? ''} placeholder="Local user name" />
        <TextField label="Key file" name="identityFile" defaultValue={host.keyFile ?? ''} placeholder="Default keys" />
        <TextField label="Jump hosts" name="proxyJump" defaultValue={config.jumps} placeholder="first,second" />
        <Select label="Group" name="groupId" defaultValue={host.groupId ?? ''}>
          <option value="">SSH config</option>
          {groups.map(group => (
            <option key={group.id} value={group.id}>
              {groupPath(group.id, groups)}
            </option>
          ))}
        </Select>
        <TextField label="Tags" name="tags" defaultValue={host.tags.join(', ')} placeholder="gpu, lab" />
        <ReconnectField start={host} />
        <KeepAliveField value={host.keepAlive} />
        <div className={css['wide']}>
          <Checkbox name="forwardAgent" defaultChecked={host.forwardAgent} label="Agent forwarding" />
        </div>
        {remembered && (
          <div className={css['wide']}>
            <Button small onClick={() => onForget(host)}>
              Remove saved password
            </Button>
          </div>
        )}
        {problem && (
          <p className={`${ui['error']} ${css['wide']}`} role="alert">
            Line {problem.line} of {problem.path}: {problem.text}. ssh rejects this line too.
          </p>
        )}
        {config.alsoNames.length > 0 && (
          <p className={`${css['hint']} ${css['wide']}`}>Also applies to {config.alsoNames.join(', ')}.</p>
        )}
        <FormEnd failure={failure} busy={busy} submit="Save" unsaved={unsaved}>
          <Button onClick={() => onOpen(shown.path, shown.line)}>
            {problem ? `Open file at line ${shown.line}` : 'Open file'}
          </Button>
        </FormEnd>
      </form>
    </Dialog>
  )
}

function problemOf(field: string): string {
  if (field === 'proxyJump') return 'Separate jump hosts with commas, for example gate or me@gate:2222,second.'
  return (
    sentences[{ hostName: 'address', identityFile: 'keyFile' }[field] ?? field] ??
    'This value can’t be written to the SSH config.'
  )
}

/** The fields whose values changed. Untouched fields are never written. */
function changesOf(data: FormData, host: Host, config: ConfiguredHost): Record<string, unknown> {
  const before: Readonly<Record<string, string>> = {
    hostName: host.address,
    port: host.port === null ? '' : String(host.port),
    user: host.user ?? '',
    identityFile: host.keyFile ?? '',
    proxyJump: config.jumps,
  }
  const changes: Record<string, unknown> = {}
  for (const [name, was] of Object.entries(before)) {
    const now = text(data, name)
    if (now !== was) changes[name] = now === '' ? null : name === 'port' ? Number(now) : now
  }
  const forwards = data.has('forwardAgent')
  if (forwards !== host.forwardAgent) changes['forwardAgent'] = forwards ? 'yes' : 'no'
  return changes
}

function tagsOf(data: FormData): string[] {
  return text(data, 'tags')
    .split(/[,;]/)
    .map(tag => tag.trim())
    .filter(Boolean)
}

function text(data: FormData, name: string): string {
  return String(data.get(name) ?? '').trim()
}
