import { Braces } from 'lucide-react'
import { useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import {
  givenVariables,
  isGiven,
  parseTemplate,
  variablesIn,
  type Variable,
} from '../../../shared/base/snippet-template.ts'
import type { GroupId, HostId } from '../../../shared/contract/hosts.ts'
import {
  snippet as snippetSchema,
  snippetIcon,
  type HostsAndGroups,
  type RunMode,
  type Snippet,
  type SnippetIcon,
} from '../../../shared/contract/snippets.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, Select, TextArea, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import { shownShortcut } from '../../ui/shortcut.ts'
import { Tag } from '../../ui/tag.tsx'
import ui from '../../ui/text.module.css'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import { Picker, type Choice } from './picker.tsx'
import { readsAgain } from './reads-again.ts'
import css from './snippets.module.css'

/** Hosts and groups to choose from. The keys of groups start with `group:`. */
export interface PlaceChoices {
  readonly hosts: readonly Choice[]
  readonly groups: readonly Choice[]
}

interface SnippetFormProps {
  readonly snippet: Snippet | null
  readonly draft: Partial<Snippet>
  readonly places: PlaceChoices
  readonly packages: readonly string[]
  /** The shortcut of a number, such as `Ctrl+Shift+1`. */
  readonly numberKeys: (number: number) => string
  readonly onSave: (snippet: Snippet) => Promise<void>
  readonly onClose: () => void
}

const modes: Readonly<Record<RunMode, string>> = {
  send: 'Type and run',
  type: 'Type only',
  background: 'In the background, output in a panel',
  tmux: 'In a tmux window',
}

interface Draft {
  readonly name: string
  readonly command: string
  readonly description: string
  readonly package: string
  readonly tags: string
  readonly icon: SnippetIcon
  readonly mode: RunMode
  readonly folder: string
  readonly key: number | null
  readonly confirm: boolean
  readonly everywhere: boolean
  readonly where: ReadonlySet<string>
  readonly onConnect: ReadonlySet<string>
  readonly onReconnect: boolean
}

/** Creates or edits a snippet. */
export function SnippetForm({
  snippet,
  draft: begin,
  places,
  packages,
  numberKeys,
  onSave,
  onClose,
}: SnippetFormProps) {
  const [draft, setDraft] = useState(() => draftOf({ ...begin, ...snippet }))
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [startsOpen] = useState(draft.onConnect.size > 0)
  const [first] = useState(draft)
  const unsaved = useUnsavedForm(onClose, () => draft !== first)
  const set = <K extends keyof Draft>(name: K, value: Draft[K]) => setDraft(old => ({ ...old, [name]: value }))
  const save = async () => {
    if (!draft.everywhere && draft.where.size === 0)
      return setFailure('Choose hosts, or make the snippet available on all hosts.')
    const made = snippetSchema.safeParse(snippetOf(draft, snippet))
    if (!made.success) return setFailure(problemOf(made.error.issues[0]?.path[0]))
    setBusy(true)
    try {
      await onSave(made.data)
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  const choices = [...places.groups, ...places.hosts]
  return (
    <Dialog
      title={snippet ? `Edit ${snippet.name}` : 'New snippet'}
      badge={<Braces size={18} />}
      width={720}
      onClose={unsaved.leave}
    >
      <form
        ref={unsaved.form}
        className={css['form']}
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <TextField label="Name" value={draft.name} maxLength={64} onChange={event => set('name', event.target.value)} />
        <Select label="Run mode" value={draft.mode} onChange={event => set('mode', event.target.value as RunMode)}>
          {Object.entries(modes).map(([mode, text]) => (
            <option key={mode} value={mode}>
              {text}
            </option>
          ))}
        </Select>
        <div className={css['wide']}>
          <TextArea
            label="Command"
            value={draft.command}
            rows={6}
            placeholder="tail -n {{lines:100}} {{file}}"
            onChange={event => set('command', event.target.value)}
          />
          <Variables of={draft} />
        </div>
        <TextField
          label="Description"
          value={draft.description}
          maxLength={512}
          onChange={event => set('description', event.target.value)}
        />
        <TextField
          label="Working directory"
          value={draft.folder}
          placeholder="Default"
          onChange={event => set('folder', event.target.value)}
        />
        <TextField
          label="Package"
          value={draft.package}
          maxLength={64}
          list="snippet-packages"
          placeholder="None"
          onChange={event => set('package', event.target.value)}
        />
        <datalist id="snippet-packages">
          {packages.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <TextField
          label="Tags"
          value={draft.tags}
          hint="Separated by commas"
          onChange={event => set('tags', event.target.value)}
        />
        <Select label="Icon" value={draft.icon} onChange={event => set('icon', event.target.value as SnippetIcon)}>
          {snippetIcon.options.map(each => (
            <option key={each}>{each}</option>
          ))}
        </Select>
        <Select
          label="Shortcut"
          value={draft.key ?? ''}
          onChange={event => set('key', event.target.value === '' ? null : Number(event.target.value))}
        >
          <option value="">None</option>
          {Array.from({ length: 9 }, (_each, index) => (
            <option key={index} value={index + 1}>
              {shownShortcut(numberKeys(index + 1)) || `Number ${index + 1}`}
            </option>
          ))}
        </Select>
        <div className={css['wide']}>
          <Checkbox
            label="Confirm before running"
            checked={draft.confirm}
            onChange={event => set('confirm', event.currentTarget.checked)}
          />
        </div>
        <div className={css['wide']}>
          <Checkbox
            label="Available on all hosts"
            checked={draft.everywhere}
            onChange={event => set('everywhere', event.currentTarget.checked)}
          />
          {!draft.everywhere && (
            <Picker label="Hosts" choices={choices} chosen={draft.where} onChange={where => set('where', where)} />
          )}
        </div>
        <StartFields draft={draft} choices={choices} isOpen={startsOpen} set={set} />
        <FormEnd failure={failure} busy={busy} submit="Save" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

interface StartFieldsProps {
  readonly draft: Draft
  readonly choices: readonly Choice[]
  readonly isOpen: boolean
  readonly set: <K extends keyof Draft>(name: K, value: Draft[K]) => void
}

/** When a snippet runs by itself. */
function StartFields({ draft, choices, isOpen, set }: StartFieldsProps) {
  return (
    <details className={css['wide']} open={isOpen || undefined}>
      <summary>Run when a terminal opens</summary>
      <Picker
        label="Run on connect"
        choices={choices}
        chosen={draft.onConnect}
        onChange={onConnect => set('onConnect', onConnect)}
      />
      <Checkbox
        label="Also after reconnecting"
        checked={draft.onReconnect}
        onChange={event => set('onReconnect', event.currentTarget.checked)}
      />
    </details>
  )
}

/** The variables of the command, updated while it is typed. */
function Variables({ of }: { readonly of: Pick<Draft, 'command' | 'folder'> }) {
  const found = variablesIn([...parseTemplate(of.command), ...parseTemplate(of.folder)])
  if (found.length === 0)
    return (
      <p className={css['hint']}>
        {
          '{{name}} prompts for a value, {{name:default}} has a default, {{name|a|b}} offers choices, {{name!}} is hidden. Values are quoted; {{{name}}} is inserted as is.'
        }
      </p>
    )
  const again = readsAgain(of.command)
  return (
    <>
      <ul className={css['variables']} aria-label="Variables">
        {found.map(each => (
          <li key={each.name}>
            <Tag tone={isGiven(each) ? 'info' : 'none'}>{each.name}</Tag> <span>{shownName(variableText(each))}</span>
          </li>
        ))}
      </ul>
      {again !== null && (
        <p className={ui['note']} role="note">
          {again} evaluates its arguments as code. A quoted value can still run as a command there.
        </p>
      )}
    </>
  )
}

function variableText(variable: Variable): string {
  const { name, hidden, choices, fallback } = variable
  if (hidden) return 'prompted, hidden, not saved'
  if (choices.length > 0) return `one of ${choices.map(each => each || '(empty)').join(', ')}`
  if (isGiven(variable)) return givenVariables[name as keyof typeof givenVariables]
  return fallback === null ? 'prompted' : `prompted, default: ${fallback === '' ? '(empty)' : fallback}`
}

function draftOf(from: Partial<Snippet>): Draft {
  return {
    name: from.name ?? '',
    command: from.command ?? '',
    description: from.description ?? '',
    package: from.package ?? '',
    tags: (from.tags ?? []).join(', '),
    icon: from.icon ?? 'terminal',
    mode: from.mode ?? 'send',
    folder: from.folder ?? '',
    key: from.key ?? null,
    confirm: from.confirm ?? false,
    everywhere: (from.where ?? null) === null,
    where: keysOf(from.where ?? null),
    onConnect: keysOf(from.onConnect ?? null),
    onReconnect: from.onReconnect ?? false,
  }
}

function snippetOf({ everywhere, tags, where, onConnect, ...draft }: Draft, old: Snippet | null): unknown {
  return {
    ...draft,
    id: old?.id ?? crypto.randomUUID(),
    name: draft.name.trim(),
    package: draft.package.trim(),
    folder: draft.folder.trim(),
    command: draft.command.replace(/\r\n?/g, '\n').replace(/\s+$/, ''),
    tags: tags
      .split(',')
      .map(each => each.trim())
      .filter(Boolean),
    where: everywhere ? null : placesOf(where),
    onConnect: placesOf(onConnect),
  }
}

const groupMark = 'group:'

function keysOf(of: HostsAndGroups | null): ReadonlySet<string> {
  return new Set(of ? [...of.hosts, ...of.groups.map(id => `${groupMark}${id}`)] : [])
}

function placesOf(keys: ReadonlySet<string>): HostsAndGroups {
  const all = [...keys]
  return {
    hosts: all.filter(key => !key.startsWith(groupMark)) as HostId[],
    groups: all.filter(key => key.startsWith(groupMark)).map(key => key.slice(groupMark.length) as GroupId),
  }
}

function problemOf(field: PropertyKey | undefined): string {
  switch (field) {
    case 'name':
      return 'Enter a name for the snippet.'
    case 'command':
      return 'Enter a command of up to 64 KB without control characters.'
    case 'tags':
      return 'Enter at most 32 tags of up to 32 characters each.'
    case 'folder':
      return 'The working directory is not valid.'
    default:
      return `The ${String(field ?? 'snippet')} is not valid.`
  }
}
