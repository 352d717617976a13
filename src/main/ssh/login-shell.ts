import { dialectOfProgram, type Dialect } from '../../shared/base/shell-dialect.ts'
import { fixedLine } from './command-line.ts'
import type { Connection } from './connection.ts'
import { runCommand } from './run-command.ts'

const limits = { timeoutMs: 10_000, maxBytes: 1024 * 1024 }
const known = new WeakMap<Connection, Dialect>()

/**
 * Detects the quoting rules of the remote user's login shell, once per connection. A shell that can't be identified is
 * `other`, for which almost nothing is quoted. Errors: those of `runCommand`; `signal` ends only the caller's wait.
 */
export async function loginShell(connection: Connection, signal: AbortSignal): Promise<Dialect> {
  const before = known.get(connection)
  if (before) return before
  const shell = await ask(connection, signal)
  known.set(connection, shell)
  return shell
}

async function ask(connection: Connection, signal: AbortSignal): Promise<Dialect> {
  const options = { signal, ...limits }
  const first = await runCommand(connection, fixedLine`echo "hawser-shell $SHELL hawser-end"`, options)
  const shell = parseShell(first.output.toString('utf8'))
  if (shell !== null) return shell
  // Only PowerShell sets this variable to a folder; csh would fail on it.
  const second = await runCommand(connection, fixedLine`echo "hawser-shell $PSHOME hawser-end"`, options)
  return isPowerShell(second.output.toString('utf8')) ? 'powershell' : 'other'
}

/**
 * Parses the response to `echo "hawser-shell $SHELL hawser-end"`, whatever surrounds it; null if the variable is empty,
 * as in PowerShell. cmd prints the words with their quotes; nu and elvish, which don't expand `$SHELL` in quotes,
 * without them.
 */
export function parseShell(answer: string): Dialect | null {
  const found = [...answer.matchAll(/hawser-shell (.*?) ?hawser-end/g)]
  // A shell may echo the command before it runs it.
  const [, shell] = found.findLast(each => each[1] !== '$SHELL') ?? found.at(-1) ?? []
  if (shell === undefined) return 'other'
  if (shell === '$SHELL') return /^"hawser-shell \$SHELL hawser-end"\s*$/m.test(answer) ? 'cmd' : 'other'
  return shell.trim() === '' ? null : (dialectOfProgram(shell.trim()) ?? 'other')
}

function isPowerShell(answer: string): boolean {
  return /hawser-shell [^$\n]*\S[^$\n]* hawser-end/.test(answer)
}
