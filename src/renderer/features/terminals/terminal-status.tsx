import type { ConfigLine, WireError } from '../../../shared/base/errors.ts'
import type { SessionRun } from '../../../shared/contract/session-run.ts'
import type { Exit, TerminalState } from '../../../shared/contract/terminals.ts'
import { Button } from '../../ui/button.tsx'
import { inSeconds, useNow } from '../../ui/countdown.ts'
import { ServerNotice } from '../../ui/server-notice.tsx'
import css from './terminal-pane.module.css'

/** The way to the form of a pane's host. */
export interface HostForm {
  readonly label: 'Edit host' | 'Save as host'
  readonly open: () => void
}

interface TerminalStatusProps {
  readonly state: TerminalState | undefined
  readonly label: string
  readonly connect: () => void
  readonly cancel: () => void
  readonly reconnect: () => void
  readonly stopReconnecting: () => void
  readonly close: () => void
  /** The session that the terminal was attached to; undefined for a shell of its own. */
  readonly run: SessionRun | undefined
  /** Opens a shell without a session; null if there is none to do without. */
  readonly openPlain: (() => void) | null
  readonly editConfig: (at: ConfigLine) => void
  readonly host: HostForm | null
  readonly openLink: (address: string) => void
}

// The exit code of a shell whose command is not found (POSIX, Shell Command Language, 2.8.2).
const notInstalled = 127

/** The state of a connection, with the next step. Shows nothing while all is well. */
export function TerminalStatus(props: TerminalStatusProps) {
  // Each state gets a new bar: the button under the pointer must not turn into another one.
  return <StatusOf key={props.state?.kind ?? 'none'} {...props} />
}

function StatusOf(props: TerminalStatusProps) {
  const { state, label, connect, cancel, close, host, editConfig, openLink } = props
  switch (state?.kind) {
    case 'ready':
      return null
    case undefined:
      return (
        <Bar text={`${label} is not connected. Press Enter to connect.`}>
          <Button small look="primary" onClick={connect}>
            Connect
          </Button>
        </Bar>
      )
    case 'connecting':
      return (
        <>
          {state.said && <ServerNotice said={state.said} label={label} openLink={openLink} />}
          <Bar text={`${state.step}…`} busy>
            <Button small onClick={cancel}>
              Cancel
            </Button>
          </Bar>
        </>
      )
    case 'asking':
      return (
        <Bar text={`${label} is waiting for your response.`}>
          <Button small onClick={cancel}>
            Cancel
          </Button>
        </Bar>
      )
    case 'stalled':
      return (
        <Bar text={`${label} hasn’t responded for ${state.seconds} s. Your input is sent when it responds.`} busy />
      )
    case 'reconnecting':
      return <Reconnecting {...props} state={state} />
    case 'sign-in':
      return (
        <Bar name="Reconnecting" text={`Sign-in needed: ${state.error.message}`}>
          <Button small onClick={props.stopReconnecting} aria-label="Stop reconnecting">
            Stop
          </Button>
          <Button small look="primary" onClick={props.reconnect}>
            Sign in
          </Button>
        </Bar>
      )
    case 'lost':
      return (
        <Bar text={`${state.error.message} Press Enter to reconnect.`} tone="bad">
          <Button small look="primary" onClick={connect}>
            Reconnect
          </Button>
        </Bar>
      )
    case 'failed':
      return (
        <Bar
          text={state.error.code === 'cancelled' ? `${label} is not connected.` : failureText(state.error, host)}
          tone={state.error.code === 'cancelled' ? undefined : 'bad'}
        >
          <Cure error={state.error} host={host} editConfig={editConfig} />
          <Button small look="primary" onClick={connect}>
            {state.error.code === 'cancelled' ? 'Connect' : 'Try again'}
          </Button>
        </Bar>
      )
    case 'exited':
      if (props.openPlain && state.exit.code === notInstalled)
        return (
          <Bar text={`tmux is not installed on ${label}, so it can’t keep this session alive.`}>
            <Button small onClick={close}>
              Close
            </Button>
            <Button small look="primary" onClick={props.openPlain}>
              Open plain shell
            </Button>
          </Bar>
        )
      return (
        <Bar text={props.run ? sessionEndText(state, props.run) : `${endText(state.exit)} Press Enter to reconnect.`}>
          <Button small onClick={close}>
            Close
          </Button>
          {props.openPlain && state.exit.code !== 0 && (
            <Button small onClick={props.openPlain}>
              Open plain shell
            </Button>
          )}
          <Button small look="primary" onClick={connect}>
            {props.run ? 'Attach' : 'Reconnect'}
          </Button>
        </Bar>
      )
  }
}

function Reconnecting({
  state,
  reconnect,
  stopReconnecting,
}: TerminalStatusProps & { readonly state: Extract<TerminalState, { kind: 'reconnecting' }> }) {
  const now = useNow(state.until !== null)
  const isDue = state.until === null || state.until <= now
  return (
    <Bar
      name="Reconnecting"
      text={`${state.error.message} ${isDue ? 'Reconnecting…' : `Reconnecting ${inSeconds(state.until, now)}.`}`}
      busy
    >
      <Button small onClick={stopReconnecting} aria-label="Stop reconnecting">
        Stop
      </Button>
      {!isDue && (
        <Button small look="primary" onClick={reconnect}>
          Reconnect now
        </Button>
      )}
    </Bar>
  )
}

interface UnsentProps {
  readonly count: number
  readonly isLive: boolean
  readonly send: () => void
  readonly discard: () => void
}

/** Keys that were typed without a connection, and that the user decides about. Shows nothing if there are none. */
export function UnsentBar({ count, isLive, send, discard }: UnsentProps) {
  if (count === 0) return null
  return (
    <Bar name="Keys not sent" text={count === 1 ? '1 key not sent' : `${count.toLocaleString()} keys not sent`}>
      <Button small onClick={discard} aria-label="Discard keys">
        Discard
      </Button>
      <Button small look="primary" disabled={!isLive} onClick={send} aria-label="Send keys">
        Send
      </Button>
    </Bar>
  )
}

/** Leads to what can be changed: the refused line of the SSH config, or the form of the host. */
function Cure({
  error: { configLine },
  host,
  editConfig,
}: Pick<TerminalStatusProps, 'host' | 'editConfig'> & { readonly error: WireError }) {
  if (configLine)
    return (
      <Button small onClick={() => editConfig(configLine)}>
        Open SSH config at line {configLine.line}
      </Button>
    )
  if (host === null) return null
  return (
    <Button small onClick={host.open}>
      {host.label}
    </Button>
  )
}

/** The error, with the next step where the button for it doesn't say enough. */
function failureText({ code, message }: WireError, host: HostForm | null): string {
  if (code !== 'auth-failed') return message
  return host?.label === 'Save as host' ? `${message} Save it as a host to choose a key or password.` : message
}

/** Describes in a sentence how a shell ended. */
function endText({ code, signal }: Exit): string {
  if (signal !== null) return `The shell was terminated by ${signal}.`
  return code === null ? 'The shell exited.' : `The shell exited with code ${code}.`
}

/** Describes how a terminal left its session. The program's exit code doesn't say whether that has ended. */
function sessionEndText({ exit, sentence }: Extract<TerminalState, { kind: 'exited' }>, { kind }: SessionRun): string {
  const { code, signal } = exit
  const words = signal === null ? `exited${code === null ? '' : ` with code ${code}`}` : `was terminated by ${signal}`
  const end = code === 0 ? 'The session has ended or was detached.' : `${kind} ${words}.`
  return `${sentence ?? end} Press Enter to attach again.`
}

function Bar({
  name,
  text,
  tone,
  busy = false,
  children,
}: {
  /** What screen readers call it, where its text changes all the time. */
  name?: string
  text: string
  tone?: 'bad' | undefined
  busy?: boolean
  children?: React.ReactNode
}) {
  return (
    <div className={css['status']} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'} aria-label={name}>
      {busy && <span className={css['spinner']} aria-hidden="true" />}
      <p>{text}</p>
      {children}
    </div>
  )
}
