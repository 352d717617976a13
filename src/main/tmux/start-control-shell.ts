import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { onCommandEnd } from '../ssh/command-end.ts'
import type { Connection } from '../ssh/connection.ts'
import type { Lease } from '../ssh/connection-pool.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import { OutputMarks } from '../ssh/output-marks.ts'
import { channelCommand } from './control-channel.ts'
import { controlCommand, type ControlRun } from './control-command.ts'
import type { ControlShell } from './control-shell.ts'
import { startControl } from './start-control.ts'

export interface ControlShellStart {
  readonly run: ControlRun
  readonly size: TerminalSize
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Called with the steps of another sign-in, if the connection has no sessions left. */
  readonly onStep: (step: DialStep) => void
}

/** A shell with its connection, or the version of a tmux that can't be used; null if tmux isn't installed. */
export type StartedControlShell =
  | { readonly kind: 'shell'; readonly shell: ControlShell & { readonly connection: Connection } }
  | { readonly kind: 'unusable'; readonly version: string | null }

/**
 * Attaches to a tmux session of a host and takes ownership of the lease, which is kept until the shell's channel is closed.
 * Errors: those of `Connection.shell` and `startControl`.
 */
export async function startControlShell(
  lease: Lease<Connection>,
  { run, size, env, signal, onStep }: ControlShellStart,
): Promise<StartedControlShell> {
  const marks = new OutputMarks()
  try {
    const request = { size, term: 'xterm-256color', env, command: controlCommand(run, marks), tty: false }
    const opened = await lease.connection.shell(request, signal, onStep)
    const { connection } = opened
    onCommandEnd(opened, () => lease.dispose())
    const command = channelCommand(opened)
    const answer = await startControl({ command, marks, where: connection.where, session: run.session, size, signal })
    if (answer.kind === 'unusable') return answer
    // The connection without free sessions is released for others.
    if (connection !== lease.connection) lease.dispose()
    return { kind: 'shell', shell: Object.assign(answer.shell, { connection }) }
  } catch (error) {
    lease.dispose()
    throw error
  }
}
