import { AppError } from '../../shared/base/errors.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { Connection } from '../ssh/connection.ts'
import { targetHop, type ConnectionPlan } from '../ssh/connection-plan.ts'
import type { Lease, LeaseOptions } from '../ssh/connection-pool.ts'
import type { SessionOptions } from '../ssh/hop-options.ts'
import type { AttachedSession } from '../tmux/attached-session.ts'
import { startAttachedSession } from '../tmux/start-attached-session.ts'
import { attachCommand } from './attach-command.ts'
import { startRemoteShell, variablesOf } from './remote-shell.ts'
import type { Shell } from './shell.ts'

export type RemoteTarget = Exclude<Target, { kind: 'local' }>

export interface HostShellParts {
  readonly lease: (plan: ConnectionPlan, options: LeaseOptions) => Promise<Lease<Connection>>
  /** Plans the hops to a target, once everything they depend on is known. */
  readonly prepare: (target: RemoteTarget, options: LeaseOptions) => Promise<ConnectionPlan>
  readonly env: NodeJS.ProcessEnv
}

interface HostShellStart extends LeaseOptions {
  readonly run: SessionRun | undefined
  readonly size: TerminalSize
  /** True if the windows of a tmux session are shown as tabs. */
  readonly showsWindows: boolean
}

interface StartedShell {
  readonly shell: Shell | AttachedSession
  readonly connection: Connection
}

/**
 * Connects to a host and starts a shell, or attaches to a session: a session of tmux 3.2 or newer in control mode.
 * Errors: those of connecting, and of `startAttachedSession`.
 */
export async function startHostShell(
  parts: HostShellParts,
  target: RemoteTarget,
  { run, size, showsWindows, ...options }: HostShellStart,
): Promise<StartedShell> {
  const { signal, onStep } = options
  const { env } = parts
  const plan = await parts.prepare(target, options)
  const { session: configured } = targetHop(plan).options
  let lease = await parts.lease(plan, options)
  onStep({ kind: 'connecting', step: 'Starting the shell' })
  if (run?.kind === 'tmux' && showsWindows) {
    const start = { run, size, env: variablesOf(configured, env), signal, onStep }
    const started = await startAttachedSession(lease, start).catch(orRefused)
    if (started.kind === 'session') return { shell: started.session, connection: started.connection }
    // An older tmux draws its windows itself. Without tmux, or if it fails, the terminal shows what it says.
    lease = await parts.lease(plan, options)
  }
  const session: SessionOptions = run ? { ...configured, command: attachCommand(run), tty: true } : configured
  const shell = await startRemoteShell(lease, { size, env, session, signal, onStep })
  return { shell, connection: shell.connection }
}

function orRefused(error: unknown): { readonly kind: 'refused' } {
  if (error instanceof AppError && (error.code === 'server-refused' || error.code === 'unsupported'))
    return { kind: 'refused' }
  throw error
}
