import { Pencil, Plus, TriangleAlert } from 'lucide-react'
import { useState, type FormEvent } from 'react'

import { assertNever } from '../../../shared/base/assert-never.ts'
import { longestSessionName, tmuxName, wrongSessionName, type HostSession } from '../../../shared/contract/sessions.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import ui from '../../ui/text.module.css'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import { useWork } from '../../ui/use-work.ts'
import type { SessionActions } from './session-actions.ts'
import { endingText, sessionKey, type RemoteTarget } from './session-text.ts'
import css from './sessions.module.css'
import { openSessionDialog, useSessions } from './sessions-state.ts'

interface Props {
  readonly actions: SessionActions
  readonly onClose: () => void
}

/** The open dialog about sessions, if any. */
export function SessionDialogs({ actions }: { readonly actions: SessionActions }) {
  const dialog = useSessions(state => state.dialog)
  if (!dialog) return null
  // Work that ends late must not close a dialog that was opened in the meantime.
  const onClose = () => {
    if (useSessions.getState().dialog === dialog) openSessionDialog(null)
  }
  switch (dialog.kind) {
    case 'new':
      return <NewSession target={dialog.target} actions={actions} onClose={onClose} />
    case 'rename':
      return <RenameSession target={dialog.target} session={dialog.session} actions={actions} onClose={onClose} />
    case 'end':
      return <EndSessions {...dialog} actions={actions} onClose={onClose} />
    default:
      return assertNever(dialog)
  }
}

function NewSession({ target, actions, onClose }: Props & { readonly target: RemoteTarget }) {
  const [name, setName] = useState('')
  const [folder, setFolder] = useState('')
  const [attach, setAttach] = useState(true)
  const unsaved = useUnsavedForm(onClose)
  const { wrong, busy, failure, onSubmit } = useNameForm(name, onClose, () =>
    actions.create(target, { name: name.trim(), folder: folder.trim(), attach }),
  )
  return (
    <Dialog title={`New session on ${labelOf(target)}`} badge={<Plus size={18} />} width={440} onClose={unsaved.leave}>
      <form ref={unsaved.form} className={css['form']} onSubmit={onSubmit}>
        <NameField name={name} wrong={wrong} onChange={setName} />
        <TextField
          label="Start folder"
          value={folder}
          maxLength={4096}
          hint="Leave empty for your home folder"
          onChange={event => setFolder(event.target.value)}
        />
        <Checkbox label="Attach in a new tab" checked={attach} onChange={event => setAttach(event.target.checked)} />
        <FormEnd failure={failure} busy={busy} submit="Start session" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

interface OfSession extends Props {
  readonly target: RemoteTarget
  readonly session: HostSession
}

function RenameSession({ target, session, actions, onClose }: OfSession) {
  const [name, setName] = useState(session.name)
  const unsaved = useUnsavedForm(onClose)
  const { wrong, busy, failure, onSubmit } = useNameForm(name, onClose, () =>
    tmuxName(name) === session.name ? Promise.resolve() : actions.rename(target, session, name.trim()),
  )
  return (
    <Dialog title={`Rename ${session.name}`} badge={<Pencil size={18} />} width={440} onClose={unsaved.leave}>
      <form ref={unsaved.form} className={css['form']} onSubmit={onSubmit}>
        <NameField name={name} wrong={wrong} onChange={setName} />
        <FormEnd failure={failure} busy={busy} submit="Rename" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

/** A form with the name of a session: what is wrong with it is shown once somebody submits it. */
function useNameForm(name: string, onClose: () => void, work: () => Promise<void>) {
  const [tried, setTried] = useState(false)
  const { busy, error, run } = useWork(onClose)
  const wrong = wrongSessionName(name)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (wrong === null && !busy) run(work)
  }
  return { wrong: tried ? wrong : null, busy, failure: error ?? null, onSubmit }
}

interface NameFieldProps {
  readonly name: string
  readonly wrong: string | null
  readonly onChange: (name: string) => void
}

function NameField({ name, wrong, onChange }: NameFieldProps) {
  const changed = /[.:]/.test(name) ? `, so this one becomes ${tmuxName(name)}` : ''
  return (
    <TextField
      label="Name"
      value={name}
      maxLength={longestSessionName}
      hint={`tmux replaces . and : in names with _${changed}.`}
      error={wrong ?? undefined}
      onChange={event => onChange(event.target.value)}
    />
  )
}

interface EndProps extends Props {
  readonly target: RemoteTarget
  readonly sessions: readonly HostSession[]
  readonly all: boolean
}

function EndSessions({ target, sessions, all, actions, onClose }: EndProps) {
  const { busy, error, run } = useWork(onClose)
  const [only] = sessions
  const count = sessions.length === 1 ? 'the only session' : `all ${sessions.length} sessions`
  const title = all || !only ? `End ${count} on ${labelOf(target)}?` : `End ${only.name}?`
  return (
    <Dialog
      alert
      title={title}
      description={all || !only ? 'Everything that runs in them will be terminated.' : endingText(only)}
      badge={<TriangleAlert size={18} />}
      tone="bad"
      onClose={onClose}
    >
      {all && (
        <dl className={css['ending']} tabIndex={0} aria-label="Sessions to end">
          {sessions.map(session => (
            <div key={sessionKey(session.run)}>
              <dt>{session.name}</dt>
              <dd>{endingText(session)}</dd>
            </div>
          ))}
        </dl>
      )}
      {error !== undefined && (
        <p className={ui['error']} role="alert">
          {error}
        </p>
      )}
      <Actions>
        <Grow />
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={busy} onClick={() => run(() => actions.end(target, sessions))}>
          {all ? 'End all' : 'End session'}
        </Button>
      </Actions>
    </Dialog>
  )
}
