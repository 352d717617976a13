import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
import { onCommandEnd } from './command-end.ts'
import type { CommandLine } from './command-line.ts'
import type { Connection } from './connection.ts'

/** What a command on the far side answered. */
export interface CommandResult {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null
  readonly output: Buffer
  /** What it said on standard error, made safe to show. */
  readonly errors: string
}

export interface CommandOptions {
  readonly signal: AbortSignal
  /** Goes to its standard input, which is closed then. */
  readonly input?: Uint8Array
  /** Ends the command when it prints more than this many bytes, 16 MiB unless told. */
  readonly maxBytes?: number
  /** Ends the command after so many milliseconds, 60,000 unless told. */
  readonly timeoutMs?: number
}

/** How many bytes a command may print unless told. */
export const defaultBytes = 16 * 1024 * 1024
const mostErrors = 256 * 1024
const defaultMs = 60_000
const restMs = 5_000

/** The same, as its bytes came. */
export interface RawResult extends Omit<CommandResult, 'errors'> {
  /** Its standard error, at most 256 KiB of it. */
  readonly errors: Buffer
}

/**
 * Runs a command line in the far user's shell and waits for its end. Throws `lost`, `cancelled`, `timed-out`, and
 * `server-refused` when the server runs no commands or it prints too much; an exit code other than 0 is the caller's.
 */
export async function runCommand(
  connection: Connection,
  command: CommandLine,
  options: CommandOptions,
): Promise<CommandResult> {
  const { errors, ...result } = await runForBytes(connection, command, options)
  return { ...result, errors: shownErrors(errors) }
}

/** Standard error, made safe to show. */
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
    const timer = setTimeout(() => fail(late(carrier)), options.timeoutMs ?? defaultMs)
    // The command has ended: a server that then neither ends its output nor closes is not waited for.
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
      if (errorBytes < mostErrors) errors.push(data.subarray(0, mostErrors - errorBytes))
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

function late({ where }: Connection): AppError {
  return new AppError('timed-out', `A command on ${where} took too long. Try again.`)
}

/** The error for a command that prints more than it may. */
export function tooMuch(where: string): AppError {
  return new AppError('server-refused', `A command on ${where} printed more than it should.`)
}
