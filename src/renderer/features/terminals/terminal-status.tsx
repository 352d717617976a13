import type { WireError } from '../../../shared/base/errors.ts'
import type { Exit, TerminalState } from '../../../shared/contract/terminals.ts'
import { Button } from '../../ui/button.tsx'
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
  readonly close: () => void
  readonly host: HostForm | null
  readonly openLink: (address: string) => void
}

/** The state of a connection, with the next step. Shows nothing while all is well. */
export function TerminalStatus(props: TerminalStatusProps) {
  // Each state gets a new bar: the button under the pointer must not turn into another one.
  return <StatusOf key={props.state?.kind ?? 'none'} {...props} />
}

function StatusOf({ state, label, connect, cancel, close, host, openLink }: TerminalStatusProps) {
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
          {host && (
            <Button small onClick={host.open}>
              {host.label}
            </Button>
          )}
          <Button small look="primary" onClick={connect}>
            {state.error.code === 'cancelled' ? 'Connect' : 'Try again'}
          </Button>
        </Bar>
      )
    case 'exited':
      return (
        <Bar text={`${endText(state.exit)} Press Enter to reconnect.`}>
          <Button small onClick={close}>
            Close
          </Button>
          <Button small look="primary" onClick={connect}>
            Reconnect
          </Button>
        </Bar>
      )
  }
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

function Bar({
  text,
  tone,
  busy = false,
  children,
}: {
  text: string
  tone?: 'bad' | undefined
  busy?: boolean
  children?: React.ReactNode
}) {
  return (
    <div className={css['status']} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      {busy && <span className={css['spinner']} aria-hidden="true" />}
      <p>{text}</p>
      {children}
    </div>
  )
}
