import { Pencil, Plus, RefreshCw, Unplug, X } from 'lucide-react'

import type { HostSession, SessionList } from '../../../shared/contract/sessions.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import ui from '../../ui/text.module.css'
import type { SessionActions } from './session-actions.ts'
import { doingText, factsText, sessionKey, type RemoteTarget } from './session-text.ts'
import css from './sessions.module.css'
import { openSessionDialog, type HostSessions as Known } from './sessions-state.ts'
import { useSessionList } from './use-session-list.ts'

interface Props {
  readonly target: RemoteTarget
  readonly actions: SessionActions
}

/** The sessions of one host, with their actions. */
export function HostSessions({ target, actions }: Props) {
  const known = useSessionList(target, actions)
  const label = labelOf(target)
  return (
    <section className={css['sessions']} aria-label={`Sessions on ${label}`} aria-busy={known?.busy ?? true}>
      <Body known={known} target={target} actions={actions} label={label} />
    </section>
  )
}

function Body({
  known,
  target,
  actions,
  label,
}: Props & { readonly known: Known | undefined; readonly label: string }) {
  if (known?.error != null)
    return (
      <>
        <p className={ui['error']}>{known.error}</p>
        <Refresh target={target} actions={actions} text="Try again" />
      </>
    )
  if (known?.list) return <Listed list={known.list} at={known.at} target={target} actions={actions} label={label} />
  if (known?.offline === true && !known.busy)
    return (
      <>
        <p>Connect to {label} to see its sessions.</p>
        <Button small onClick={() => actions.refresh(target, true)}>
          List sessions
        </Button>
      </>
    )
  return <p role="status">Looking for sessions…</p>
}

interface ListedProps extends Props {
  readonly list: SessionList
  readonly at: number
  readonly label: string
}

function Listed({ list, at, target, actions, label }: ListedProps) {
  const { sessions, tmux, problems } = list
  return (
    <>
      {sessions.length === 0 && tmux !== null && problems.length === 0 && <p>No sessions.</p>}
      {sessions.length > 0 && (
        <ul className={css['rows']}>
          {sessions.map(session => (
            <Row key={sessionKey(session.run)} session={session} at={at} target={target} actions={actions} />
          ))}
        </ul>
      )}
      {problems.map(({ fromServer }) => (
        <p key={fromServer} className={ui['error']}>
          tmux can’t list its sessions: {fromServer}
        </p>
      ))}
      {tmux === null && <p>tmux is not installed on {label}.</p>}
      <div className={css['bar']}>
        {tmux !== null && (
          <Button small look="ghost" onClick={() => openSessionDialog({ kind: 'new', target })}>
            <Plus size={13} aria-hidden="true" /> New session
          </Button>
        )}
        {sessions.length > 1 && (
          <Button small look="ghost" onClick={() => void actions.askToEnd(target, 'all')}>
            End all
          </Button>
        )}
        <Refresh target={target} actions={actions} />
      </div>
    </>
  )
}

function Refresh({ target, actions, text }: Props & { readonly text?: string }) {
  if (text !== undefined)
    return (
      <Button small onClick={() => actions.refresh(target, true)}>
        {text}
      </Button>
    )
  return (
    <IconButton small label="Refresh sessions" onClick={() => actions.refresh(target, true)}>
      <RefreshCw size={13} />
    </IconButton>
  )
}

function Row({ session, at, target, actions }: Props & { readonly session: HostSession; readonly at: number }) {
  const { run, name, clients } = session
  const doing = doingText(session)
  return (
    <li className={css['row']} aria-label={name}>
      <div className={css['head']}>
        <strong title={name}>{name}</strong>
        {run.kind === 'tmux' && clients !== null && clients > 0 && (
          <IconButton
            small
            label={`Detach others from ${name}`}
            onClick={() => void actions.detachOthers(target, session)}
          >
            <Unplug size={13} />
          </IconButton>
        )}
        {run.kind === 'tmux' && (
          <IconButton
            small
            label={`Rename ${name}`}
            onClick={() => openSessionDialog({ kind: 'rename', target, session })}
          >
            <Pencil size={13} />
          </IconButton>
        )}
        <IconButton small label={`End ${name}`} onClick={() => void actions.askToEnd(target, session)}>
          <X size={14} />
        </IconButton>
        <Button small aria-label={`Attach ${name}`} onClick={() => actions.attach(target, session)}>
          Attach
        </Button>
      </div>
      {doing !== '' && (
        <code className={css['doing']} title={doing}>
          {doing}
        </code>
      )}
      <span className={css['facts']}>{factsText(session, at)}</span>
    </li>
  )
}
