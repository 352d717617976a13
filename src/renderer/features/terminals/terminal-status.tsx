import type { ConfigLine, WireError } from '../../../shared/base/errors.ts'
import type { Exit, TerminalState } from '../../../shared/contract/terminals.ts'
import { Button } from '../../ui/button.tsx'
import { ServerNotice } from '../../ui/server-notice.tsx'
import css from './terminal-pane.module.css'

interface TerminalStatusProps {
  readonly state: TerminalState | undefined
  readonly label: string
  readonly connect: () => void
  readonly cancel: () => void
  readonly close: () => void
  readonly editHost: (() => void) | null
  readonly editConfig: (at: ConfigLine) => void
  readonly openLink: (address: string) => void
}

/** The state of a connection, with the next step. Shows nothing while all is well. */
export function TerminalStatus(props: TerminalStatusProps) {
  // Each state gets a new bar: the button under the pointer must not turn into another one.
  return <StatusOf key={props.state?.kind ?? 'none'} {...props} />
}

function StatusOf({ state, label, connect, cancel, close, editHost, editConfig, openLink }: TerminalStatusProps) {
  switch (state?.kind) {
    case 'ready':
      return null
    case undefined:
      return (
        <Bar text={`${label} is not connected.`}>
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
        <Bar text={state.error.message} tone="bad">
          <Button small look="primary" onClick={connect}>
            Reconnect
          </Button>
        </Bar>
      )
    case 'failed':
      return (
        <Bar
          text={state.error.code === 'cancelled' ? `${label} is not connected.` : state.error.message}
          tone={state.error.code === 'cancelled' ? undefined : 'bad'}
        >
          <Cure error={state.error} editHost={editHost} editConfig={editConfig} />
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

/** Leads to what can be changed: the refused line of the SSH config, or the form of the host. */
function Cure({
  error: { configLine },
  editHost,
  editConfig,
}: Pick<TerminalStatusProps, 'editHost' | 'editConfig'> & { readonly error: WireError }) {
  if (configLine)
    return (
      <Button small onClick={() => editConfig(configLine)}>
        Open SSH config at line {configLine.line}
      </Button>
    )
  if (editHost === null) return null
  return (
    <Button small onClick={editHost}>
      Edit host
    </Button>
  )
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
