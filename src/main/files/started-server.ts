import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { inSh } from '../ssh/command-line.ts'
import type { Connection, OpenedSubsystem, SubsystemWords } from '../ssh/connection.ts'
import { joined, sh, type Script } from '../ssh/script.ts'
import { sftpRefused, type ServerWords } from '../ssh/server-words.ts'

const ready = 'HAWSER-READY\n'
const none = 'HAWSER-NONE\n'
const startMs = 15_000
const mostErrors = 4096

// The locations of OpenSSH's sftp-server on common systems.
const servers = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/libexec/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/lib/sftp-server',
]

/** Prints a ready line, then becomes OpenSSH's sftp-server; prints another line if there is none. */
export const serverScript = joined(
  [...servers.map(server => sh`[ -x ${server} ] && printf %s ${ready} && exec ${server}`), sh`printf %s ${none}`],
  '\n',
)

export interface StartOptions {
  readonly signal: AbortSignal
  /** Written to it before it is ready. */
  readonly input: string | null
  /** True if standard error contains a refusal. */
  readonly isRefusal: (errors: string) => boolean
  /** The error for a script that exited, refused or went silent before it was ready. */
  readonly refused: (words: ServerWords) => AppError
  /** The error if no server is installed. */
  readonly none: () => AppError
}

/**
 * Starts an SFTP server by a command, for a login shell that prints text before the protocol: the text is skipped.
 * Errors: `server-refused` if it doesn't start, `unsupported` if there is no sftp-server, `cancelled`.
 */
export function startOwnServer(connection: Connection, signal: AbortSignal): Promise<OpenedSubsystem> {
  return startServer(connection, serverScript, {
    signal,
    input: null,
    isRefusal: () => false,
    refused: words => sftpRefused(connection.where, words),
    none: () => noServer(connection, 'this user'),
  })
}

/** Runs a script that becomes `serverScript`, and resolves once it is ready: the next byte belongs to SFTP. */
export async function startServer(
  connection: Connection,
  script: Script,
  { signal, input, isRefusal, refused, none: noneThere }: StartOptions,
): Promise<OpenedSubsystem> {
  const { channel, connection: carrier, early } = await connection.exec(inSh(script), signal)
  let errors = Buffer.alloc(0)
  const words = (): SubsystemWords => ({ errors, code: early.exit?.[0] ?? null })
  return new Promise((resolve, reject) => {
    let tail = ''
    let before = ''
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      channel.removeListener('readable', read)
      channel.removeListener('close', gone)
    }
    const fail = (error: AppError) => (settle(), channel.close(), reject(error))
    const gone = () => fail(refused({ output: before, ...words() }))
    const abort = () => fail(cancelled())
    const timer = setTimeout(gone, startMs)
    const read = () => {
      // Byte by byte: SFTP starts right after the line.
      for (let byte = channel.read(1) as Buffer | null; byte !== null; byte = channel.read(1) as Buffer | null) {
        const letter = byte.toString('latin1')
        tail = (tail + letter).slice(-64)
        if (before.length < mostErrors) before += letter
        if (tail.endsWith(none)) return fail(noneThere())
        if (!tail.endsWith(ready)) continue
        settle()
        return resolve({ channel, connection: carrier, words })
      }
    }
    channel.stderr.on('data', (data: Buffer) => {
      errors = Buffer.concat([errors, data]).subarray(-mostErrors)
      if (isRefusal(errors.toString('utf8'))) gone()
    })
    channel.on('readable', read)
    channel.on('close', gone)
    signal.addEventListener('abort', abort)
    if (signal.aborted) return abort()
    if (input !== null) channel.write(input)
  })
}

/** The error for a user without a usable sftp-server. */
export function noServer({ where }: Connection, user: string): AppError {
  return new AppError('unsupported', `${where} has no sftp-server that ${user} can run.`)
}
