import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { onCommandEnd } from '../ssh/command-end.ts'
import type { Connection } from '../ssh/connection.ts'
import type { Lease } from '../ssh/connection-pool.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import { OutputMarks } from '../ssh/output-marks.ts'
import { channelCommand } from './control-channel.ts'
import { controlCommand, type ControlRun } from './control-command.ts'
import type { AttachedSession } from './attached-session.ts'
import { startControl } from './start-control.ts'

export interface SessionStart {
  readonly run: ControlRun
  readonly size: TerminalSize
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Called with the steps of another sign-in, if the connection has no sessions left. */
  readonly onStep: (step: DialStep) => void
}

/** A session and its connection, or the version of a tmux that can't be used; null if tmux isn't installed. */
export type StartedSession =
  | { readonly kind: 'session'; readonly session: AttachedSession; readonly connection: Connection }
  | { readonly kind: 'unusable'; readonly version: string | null }

/**
 * Attaches to a tmux session of a host and takes ownership of the lease, which is kept until the channel is closed.
 * Errors: those of `Connection.shell` and `startControl`.
 */
export async function startAttachedSession(
  lease: Lease<Connection>,
  { run, size, env, signal, onStep }: SessionStart,
): Promise<StartedSession> {
  const marks = new OutputMarks()
  try {
    const request = { size, term: 'xterm-256color', env, command: controlCommand(run, size, marks), tty: false }
    const opened = await lease.connection.shell(request, signal, onStep)
    const { connection } = opened
    onCommandEnd(opened, () => lease.dispose())
    const command = channelCommand(opened)
    const answer = await startControl({ command, marks, where: connection.where, session: run.session, size, signal })
    if (answer.kind === 'unusable') return answer
    // The connection without free sessions is released for others.
    if (connection !== lease.connection) lease.dispose()
    return { ...answer, connection }
  } catch (error) {
    lease.dispose()
    throw error
  }
}
