import { dialectOfProgram, type Dialect } from '../../shared/base/shell-dialect.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { targetHop } from '../ssh/connection-plan.ts'
import type { Connections } from '../ssh/connections.ts'
import { loginShell } from '../ssh/login-shell.ts'
import { defaultShell } from './local-shell.ts'

interface TypedShellParts {
  readonly connections: Connections
  /** The program of the setting; empty where the person chose none. */
  readonly localShell: () => string
  readonly env: NodeJS.ProcessEnv
  /** Aborts the detection of a host's login shell when Hawser quits. */
  readonly signal: AbortSignal
}

/** Detects the dialect of the shell in a terminal on a target: the local shell, or a host's login shell. */
export type ShellOf = (target: Target) => Promise<Dialect>

export function typedShell({ connections, localShell, env, signal }: TypedShellParts): ShellOf {
  return async target => {
    if (target.kind === 'local') return dialectOfProgram(localShell() || defaultShell(env)) ?? 'other'
    const plan = connections.plan(target)
    const { command } = targetHop(plan).options.session
    const started = command === null ? null : startedBy(command)
    if (started) return started
    const live = await connections.pool.leaseLive(plan)
    const lease = live ?? (await connections.lease(target, { onStep: () => {}, signal, quiet: true }))
    try {
      return await loginShell(lease.connection, signal)
    } finally {
      lease.dispose()
    }
  }
}

/**
 * Returns the shell that a RemoteCommand of ssh_config(5) starts; null for the login shell, which tmux and screen
 * start.
 */
function startedBy(command: string): Dialect | null {
  const [program = ''] = command
    .trim()
    .replace(/^exec\s+/, '')
    .split(/\s+/)
  if (/(?:^|\/)(?:tmux|screen|zellij)$/.test(program)) return null
  return dialectOfProgram(program) ?? 'other'
}
