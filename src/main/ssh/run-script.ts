import { randomBytes } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { fitsLine, inSh, scriptBytes, shFromInput } from './command-line.ts'
import type { Connection } from './connection.ts'
import { runCommand, type CommandOptions, type CommandResult } from './run-command.ts'
import { sh, type Script } from './script.ts'

/**
 * Runs a script in `sh` on the other side, whatever the login shell there. A script that is too long for a command line
 * goes by standard input. Throws like `runCommand`, and `invalid-input` when such a script has input of its own.
 */
export function runScript(connection: Connection, script: Script, options: CommandOptions): Promise<CommandResult> {
  if (fitsLine(script)) return runCommand(connection, inSh(script), options)
  if (options.input !== undefined)
    throw new AppError('invalid-input', 'The names are too many or too long for one command. Choose fewer files.')
  return runCommand(connection, shFromInput(), { ...options, input: scriptBytes(script) })
}

const probeMs = 10_000
const known = new WeakMap<Connection, boolean>()

/**
 * True where scripts run as they are meant to: tried once per connection with characters that shells read each in their
 * own way. False for a login shell that isn't a Unix shell (cmd, PowerShell), a restricted one, a forced command, or a
 * server that runs no commands. Throws what `runCommand` throws but `server-refused` and `timed-out`.
 */
export async function runsScripts(connection: Connection, signal: AbortSignal): Promise<boolean> {
  const before = known.get(connection)
  if (before !== undefined) return before
  const answer = await probe(connection, signal)
  known.set(connection, answer)
  return answer
}

/** Throws `unsupported`, with a sentence that says why, where scripts don't run; else what `runsScripts` throws. */
export async function needScripts(connection: Connection, signal: AbortSignal): Promise<void> {
  if (await runsScripts(connection, signal)) return
  throw new AppError(
    'unsupported',
    `${connection.where} doesn’t run scripts for sh: its login shell isn’t a Unix shell, or commands are restricted. Set a shell such as bash for this user.`,
  )
}

async function probe(connection: Connection, signal: AbortSignal): Promise<boolean> {
  const word = `${randomBytes(6).toString('hex')} it's \\n "$HOME" \`x\` !! %d {a,b} ~ ; & |\nend`
  try {
    const { output } = await runCommand(connection, inSh(sh`printf %s ${word}`), { signal, timeoutMs: probeMs })
    // A start-up file of the shell may print something first.
    return output.toString('utf8').includes(word)
  } catch (error) {
    if (error instanceof AppError && /^(server-refused|timed-out)$/.test(error.code)) return false
    throw error
  }
}
