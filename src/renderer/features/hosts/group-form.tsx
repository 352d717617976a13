import { useState, type FormEvent } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { group as groupSchema, type Group, type GroupId } from '../../../shared/contract/hosts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Select, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import css from './hosts.module.css'
import { groupPath, useHosts } from '../../mirrors/hosts.ts'
import { KeepAliveField, keepAliveOf } from './host-fields.tsx'
import { ProxyFields, proxySentence, readProxy } from './route-fields.tsx'

export interface GroupFormProps {
  readonly group: Group | null
  readonly themes: readonly { readonly id: string; readonly name: string }[]
  readonly onSave: (group: Group) => Promise<void>
  readonly onClose: () => void
}

/** Edits a group: its name, its parent group, and the defaults that its hosts inherit. */
export function GroupForm({ group, themes, onSave, onClose }: GroupFormProps) {
  const { hosts, groups } = useHosts(state => state.book)
  const [failure, setFailure] = useState<string | null>(null)
  const unsaved = useUnsavedForm(onClose)
  const [id] = useState(() => group?.id ?? (crypto.randomUUID() as GroupId))
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const value = (name: string) => String(data.get(name) ?? '').trim() || null
    const checked = groupSchema.safeParse({
      id,
      label: value('label') ?? '',
      parentId: value('parentId'),
      user: value('user'),
      keyFile: value('keyFile'),
      jumpHostId: value('jumpHostId'),
      proxy: readProxy(data),
      theme: value('theme'),
      keepAlive: keepAliveOf(data),
      folded: group?.folded ?? false,
    })
    if (!checked.success)
      return setFailure(
        checked.error.issues[0]?.path[0] === 'user'
          ? 'A user name can’t contain spaces or @.'
          : checked.error.issues[0]?.path[0] === 'proxy'
            ? proxySentence
            : 'Enter a name of up to 128 characters.',
      )
    try {
      await onSave(checked.data)
      onClose()
    } catch (error) {
      setFailure(messageOf(error))
    }
  }
  return (
    <Dialog
      title={group ? `Edit ${group.label}` : 'New group'}
      description="Defaults for the hosts in this group. A host’s own settings take precedence."
      onClose={unsaved.leave}
    >
      <form ref={unsaved.form} className={css['form']} onSubmit={event => void submit(event)} noValidate>
        <TextField label="Name" name="label" defaultValue={group?.label ?? ''} />
        <Select label="Parent group" name="parentId" defaultValue={group?.parentId ?? ''}>
          <option value="">None</option>
          {groups
            .filter(other => other.id !== group?.id)
            .map(other => (
              <option key={other.id} value={other.id}>
                {groupPath(other.id, groups)}
              </option>
            ))}
        </Select>
        <TextField label="User" name="user" defaultValue={group?.user ?? ''} />
        <TextField
          label="Key file"
          name="keyFile"
          defaultValue={group?.keyFile ?? ''}
          placeholder="~/.ssh/id_ed25519"
        />
        <Select label="Jump host" name="jumpHostId" defaultValue={group?.jumpHostId ?? ''}>
          <option value="">None</option>
          {hosts.map(host => (
            <option key={host.id} value={host.id}>
              {host.label}
            </option>
          ))}
        </Select>
        <ProxyFields proxy={group?.proxy ?? null} error={undefined} />
        <Select label="Terminal theme" name="theme" defaultValue={group?.theme ?? ''}>
          <option value="">Default</option>
          {themes.map(theme => (
            <option key={theme.id} value={theme.id}>
              {theme.name}
            </option>
          ))}
        </Select>
        <KeepAliveField value={group?.keepAlive ?? null} />
        <FormEnd failure={failure} submit="Save" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}
