import { AppError } from '../../shared/base/errors.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
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

const defaultBytes = 16 * 1024 * 1024
const defaultMs = 60_000

/**
 * Runs a command line in the far user's shell and waits for its end. Throws `lost`, `cancelled`, `timed-out`, and
 * `server-refused` when the server runs no commands or it prints too much; an exit code other than 0 is the caller's.
 */
export async function runCommand(
  connection: Connection,
  command: CommandLine,
  options: CommandOptions,
): Promise<CommandResult> {
  const { channel, early } = await connection.exec(command, options.signal)
  const output: Buffer[] = []
  let errors = ''
  return new Promise((resolve, reject) => {
    let [bytes, code] = [0, early.exit?.[0] ?? null]
    const settle = () => {
      clearTimeout(timer)
      lost.dispose()
      options.signal.removeEventListener('abort', abort)
    }
    const fail = (error: AppError) => {
      settle()
      channel.close()
      reject(error)
    }
    const abort = () => fail(new AppError('cancelled', 'Cancelled'))
    const late = () => fail(new AppError('timed-out', `A command on ${connection.where} took too long. Try again.`))
    const timer = setTimeout(late, options.timeoutMs ?? defaultMs)
    const lost = connection.onClosed(error => fail(error ?? new AppError('cancelled', 'Closed')))
    const finish = () => {
      settle()
      resolve({ code, output: Buffer.concat(output), errors: cleanText(errors, 2_000).trim() })
    }
    options.signal.addEventListener('abort', abort)
    channel.on('exit', (exit: number | null) => (code = exit))
    channel.on('error', () => finish())
    channel.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString('utf8')).slice(0, 16_384)))
    channel.on('data', (data: Buffer) => {
      output.push(data)
      bytes += data.length
      if (bytes > (options.maxBytes ?? defaultBytes))
        fail(new AppError('server-refused', `A command on ${connection.where} printed more than it should.`))
    })
    // The close comes after the last byte was read.
    channel.on('close', finish)
    if (early.closed === true && channel.readableLength === 0) finish()
    channel.end(options.input === undefined ? undefined : Buffer.from(options.input))
  })
}
