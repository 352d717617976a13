import { dialectOfProgram, type Dialect } from '../../shared/base/shell-dialect.ts'
import { fixedLine } from './command-line.ts'
import type { Connection } from './connection.ts'
import { runCommand } from './run-command.ts'

const askMs = 10_000
const known = new WeakMap<Connection, Promise<Dialect>>()

/**
 * Whose rules the shell of the far user reads by; asked once for each connection. What can't be found out is `other`, for
 * which next to nothing is quoted. Throws what the connection throws when it is lost.
 */
export function loginShell(connection: Connection): Promise<Dialect> {
  const before = known.get(connection)
  if (before) return before
  const asked = ask(connection)
  known.set(connection, asked)
  asked.catch(() => known.delete(connection))
  return asked
}

// Unix shells, fish and csh among them, print a path; PowerShell an empty line; cmd.exe the words as they are.
async function ask(connection: Connection): Promise<Dialect> {
  const signal = new AbortController().signal
  const { output } = await runCommand(connection, fixedLine`echo "$SHELL"`, {
    signal,
    timeoutMs: askMs,
    maxBytes: 65_536,
  })
  return parseShell(output.toString('utf8'))
}

/** The dialect that the answer to `echo "$SHELL"` tells; what a start-up file prints may stand before it. */
export function parseShell(answer: string): Dialect {
  if (answer === '') return 'other'
  const line = (
    answer
      .replace(/\r?\n$/, '')
      .split(/\r?\n/)
      .at(-1) ?? ''
  ).trim()
  if (line.includes('$SHELL')) return 'cmd'
  return line === '' ? 'powershell' : (dialectOfProgram(line) ?? 'other')
}
