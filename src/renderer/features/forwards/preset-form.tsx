import { Plus } from 'lucide-react'
import { useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import {
  preset as presetSchema,
  presetIcon,
  type Preset,
  type PresetIcon as IconName,
} from '../../../shared/contract/presets.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Select, TextField } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import { FormActions, useUnsavedForm } from '../../ui/unsaved-form.tsx'
import css from './forwards.module.css'

/** Creates or edits a preset for the user's own service. */
export function PresetForm({
  preset,
  onSave,
  onClose,
}: {
  readonly preset: Preset | null
  readonly onSave: (preset: Preset) => Promise<void>
  readonly onClose: () => void
}) {
  const [name, setName] = useState(preset?.name ?? '')
  const [ports, setPorts] = useState(preset?.ports.join(', ') ?? '')
  const [icon, setIcon] = useState<IconName>(preset?.icon ?? 'globe')
  const [process, setProcess] = useState(preset?.process ?? '')
  const [page, setPage] = useState(preset ? (preset.page ?? '') : '/')
  const [start, setStart] = useState(preset?.start ?? '')
  const [error, setError] = useState<string | null>(null)
  const unsaved = useUnsavedForm(onClose)
  const save = async () => {
    const made = presetSchema.safeParse({
      id: preset?.id ?? idOf(name),
      name: name.trim(),
      icon,
      ports: ports
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(Number),
      kind: preset?.kind ?? 'local',
      process: process.trim() || null,
      page: page.trim() || null,
      token: preset?.token ?? null,
      start: start.trim() || null,
    })
    if (!made.success) return setError(problemOf(made.error.issues[0]?.path[0]))
    try {
      await onSave(made.data)
    } catch (failed) {
      setError(messageOf(failed))
    }
  }
  return (
    <Dialog
      title={preset ? `Edit ${preset.name}` : 'New preset'}
      badge={<Plus size={18} />}
      width={560}
      onClose={unsaved.leave}
    >
      <form
        ref={unsaved.form}
        className={css['fields']}
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <TextField label="Name" value={name} maxLength={64} onChange={event => setName(event.target.value)} />
        <TextField
          label="Ports"
          value={ports}
          placeholder="8000"
          hint="Default port first"
          onChange={event => setPorts(event.target.value)}
        />
        <Select label="Icon" value={icon} onChange={event => setIcon(event.target.value as IconName)}>
          {presetIcon.options.map(each => (
            <option key={each}>{each}</option>
          ))}
        </Select>
        <TextField
          label="Page"
          value={page}
          placeholder="/"
          hint="Path to open in the browser. Leave empty if this isn’t a web page."
          onChange={event => setPage(event.target.value)}
        />
        <div data-wide>
          <TextField
            label="Process"
            value={process}
            placeholder="my-server serve"
            hint="Regular expression that matches its command line"
            onChange={event => setProcess(event.target.value)}
          />
        </div>
        <div data-wide>
          <TextField
            label="Start command"
            value={start}
            placeholder="my-server serve --port {port}"
            onChange={event => setStart(event.target.value)}
          />
        </div>
        {error !== null && (
          <p className={ui['error']} role="alert" data-wide>
            {error}
          </p>
        )}
        <button type="submit" hidden />
      </form>
      <FormActions unsaved={unsaved}>
        <Button look="primary" onClick={() => void save()}>
          Save
        </Button>
      </FormActions>
    </Dialog>
  )
}

function idOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
  return `own-${plain || 'preset'}-${crypto.randomUUID().slice(0, 6)}`
}

function problemOf(field: PropertyKey | undefined): string {
  if (field === 'ports') return 'Enter one or more ports from 1 to 65535.'
  if (field === 'process') return 'The process is not a valid regular expression.'
  return field === 'name' ? 'Enter a name for the preset.' : 'Some fields are not valid. Check them and save again.'
}
