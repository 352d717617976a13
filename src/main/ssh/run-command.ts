import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
import { onCommandEnd } from './command-end.ts'
import type { CommandLine } from './command-line.ts'
import type { Connection } from './connection.ts'

/** The result of a remote command. */
export interface CommandResult {
  /** Its exit code; null if a signal terminated it. */
  readonly code: number | null
  readonly output: Buffer
  /** Its standard error, made safe to display. */
  readonly errors: string
}

export interface CommandOptions {
  readonly signal: AbortSignal
  /** Written to its standard input, which is then closed. */
  readonly input?: Uint8Array
  /** Terminates the command when it prints more than this many bytes; 16 MiB by default. */
  readonly maxBytes?: number
  /** Terminates the command after this many milliseconds; 60,000 by default. */
  readonly timeoutMs?: number
}

/** The default limit for the output of a command, in bytes. */
export const defaultBytes = 16 * 1024 * 1024
const maxErrors = 256 * 1024
const defaultMs = 60_000
const restMs = 5_000

/** The same, as raw bytes. */
export interface RawResult extends Omit<CommandResult, 'errors'> {
  /** The first 256 KiB of its standard error. */
  readonly errors: Buffer
}

/**
 * Runs a command line in the remote user's login shell and waits until it exits. Errors: `lost`, `cancelled`,
 * `timed-out`, and `server-refused` if the server runs no commands or the command prints too much. Exit codes other
 * than 0 are left to the caller.
 */
export async function runCommand(
  connection: Connection,
  command: CommandLine,
  options: CommandOptions,
): Promise<CommandResult> {
  const { errors, ...result } = await runForBytes(connection, command, options)
  return { ...result, errors: shownErrors(errors) }
}

/** Makes standard error safe to display. */
export function shownErrors(errors: Buffer): string {
  return cleanText(errors.toString('utf8'), 2_000).trim()
}

/** Like `runCommand`, for a caller that reads both outputs itself. */
export async function runForBytes(
  connection: Connection,
  command: CommandLine,
  options: CommandOptions,
): Promise<RawResult> {
  const opened = await connection.exec(command, options.signal)
  const { channel, connection: carrier } = opened
  const [output, errors]: [Buffer[], Buffer[]] = [[], []]
  let [bytes, errorBytes] = [0, 0]
  return new Promise((resolve, reject) => {
    let exit: readonly [code: number | null, ...unknown[]] | undefined = opened.early.exit
    let rest: NodeJS.Timeout | undefined
    const settle = () => {
      clearTimeout(timer)
      clearTimeout(rest)
      end.dispose()
      options.signal.removeEventListener('abort', abort)
      channel.close()
    }
    const fail = (error: AppError) => (settle(), reject(error))
    const finish = (code: number | null) => {
      settle()
      resolve({ code, output: Buffer.concat(output), errors: Buffer.concat(errors) })
    }
    const abort = () => fail(cancelled())
    const timer = setTimeout(() => fail(timedOut(carrier)), options.timeoutMs ?? defaultMs)
    // The command has exited: a server that then neither ends its output nor closes the channel is not awaited.
    const waitForRest = () => {
      clearTimeout(rest)
      if (exit) rest = setTimeout(finish, restMs, exit[0])
    }
    const end = onCommandEnd(opened, how => {
      if (how.kind === 'failed') fail(how.error)
      else finish(how.kind === 'exited' ? how.code : null)
    })
    options.signal.addEventListener('abort', abort)
    channel.on('exit', (code: number | null) => {
      exit = [code]
      waitForRest()
    })
    channel.stderr.on('data', (data: Buffer) => {
      if (errorBytes < maxErrors) errors.push(data.subarray(0, maxErrors - errorBytes))
      errorBytes += data.length
      waitForRest()
    })
    channel.on('data', (data: Buffer) => {
      output.push(data)
      bytes += data.length
      waitForRest()
      if (bytes > (options.maxBytes ?? defaultBytes)) fail(tooMuch(carrier.where))
    })
    waitForRest()
    channel.end(options.input === undefined ? undefined : Buffer.from(options.input))
    if (options.signal.aborted) abort()
  })
}

function timedOut({ where }: Connection): AppError {
  return new AppError('timed-out', `A command on ${where} took too long. Try again.`)
}

/** The error for a command that exceeds its output limit. */
export function tooMuch(where: string): AppError {
  return new AppError('server-refused', `A command on ${where} produced too much output.`)
}
