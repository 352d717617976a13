import { randomBytes } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { fitsLine, inSh, scriptBytes, shFromInput } from './command-line.ts'
import type { Connection } from './connection.ts'
import { OutputMarks } from './output-marks.ts'
import {
  defaultBytes,
  runForBytes,
  shownErrors,
  tooMuch,
  type CommandOptions,
  type CommandResult,
} from './run-command.ts'
import { sh, type Script } from './script.ts'
import { commandRefused } from './server-words.ts'

// Leaves room for the output of startup files around a script.
const noiseBytes = 1024 * 1024

/**
 * Runs a script in `sh` on the server, whatever the login shell is and prints before or after it: only the script's own
 * output and exit code count. A script too long for a command line is sent over standard input. Errors: those of
 * `runCommand`, `server-refused` with the server's output if the script did not run, and `invalid-input` if a long
 * script has input of its own.
 */
export async function runScript(
  connection: Connection,
  script: Script,
  options: CommandOptions,
): Promise<CommandResult> {
  const marks = new OutputMarks()
  const { maxBytes = defaultBytes } = options
  const raw = await runMarked(connection, marks.around(script), { ...options, maxBytes: maxBytes + noiseBytes })
  const [output, errors] = [marks.reader('output'), marks.reader('errors')]
  const printed = Buffer.concat([output.push(raw.output), output.rest()])
  const complained = Buffer.concat([errors.push(raw.errors), errors.rest()])
  if (!output.began)
    throw commandRefused(connection.where, { output: output.before, errors: raw.errors, code: raw.code })
  if (printed.length > maxBytes) throw tooMuch(connection.where)
  return {
    // Code 0 without an end mark belongs to something around the script, which was cut off.
    code: output.code ?? (raw.code === 0 ? null : raw.code),
    output: printed,
    errors: shownErrors(errors.began ? complained : raw.errors),
  }
}

function runMarked(connection: Connection, script: Script, options: CommandOptions): ReturnType<typeof runForBytes> {
  if (fitsLine(script)) return runForBytes(connection, inSh(script), options)
  if (options.input !== undefined)
    throw new AppError(
      'invalid-input',
      'Too many files for one command, or their names are too long. Select fewer files.',
    )
  return runForBytes(connection, shFromInput(), { ...options, input: scriptBytes(script) })
}

const probeMs = 10_000
/** Null if scripts run; otherwise the reason why they don't. */
const known = new WeakMap<Connection, AppError | null>()

/**
 * True if scripts run correctly, tried once per connection with characters that shells interpret differently. False for
 * a login shell that isn't a Unix shell (cmd), a forced command, or a server that runs no commands. Errors: those of
 * `runCommand` except `server-refused` and `timed-out`.
 */
export async function runsScripts(connection: Connection, signal: AbortSignal): Promise<boolean> {
  return (await whyNoScripts(connection, signal)) === null
}

/** Throws `unsupported` with the server's output if scripts don't run; otherwise the errors of `runsScripts`. */
export async function needScripts(connection: Connection, signal: AbortSignal): Promise<void> {
  const why = await whyNoScripts(connection, signal)
  if (why) throw new AppError('unsupported', why.message, { cause: why })
}

/**
 * Returns the error that explains why scripts don't run, with the server's output; null if they do. Errors: those of
 * `runsScripts`.
 */
export async function whyNoScripts(connection: Connection, signal: AbortSignal): Promise<AppError | null> {
  const before = known.get(connection)
  if (before !== undefined) return before
  const answer = await probe(connection, signal)
  known.set(connection, answer)
  return answer
}

async function probe(connection: Connection, signal: AbortSignal): Promise<AppError | null> {
  const word = `${randomBytes(6).toString('hex')} it's \\n "$HOME" \`x\` !! %d {a,b} ~ ; & |\nend`
  try {
    const { output, errors, code } = await runScript(connection, sh`printf %s ${word}`, { signal, timeoutMs: probeMs })
    return output.toString('utf8') === word ? null : commandRefused(connection.where, { output, errors, code })
  } catch (error) {
    if (error instanceof AppError && /^(server-refused|timed-out)$/.test(error.code)) return error
    throw error
  }
}
