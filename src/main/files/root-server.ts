import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Connection, OpenedSubsystem } from '../ssh/connection.ts'
import { needScripts, runScript } from '../ssh/run-script.ts'
import { sh } from '../ssh/script.ts'
import { withWords, type ServerWords } from '../ssh/server-words.ts'
import { noServer, serverScript, startServer } from './started-server.ts'

export interface RootServerOptions {
  readonly signal: AbortSignal
  /** Asks for the sudo password; null if the user cancels. */
  readonly askPassword: () => Promise<string | null>
}

// sudo's messages about a rejected password, and about a user who may not use it.
const wrongPassword = /try again|incorrect|a terminal is required|a password is required/i
const notAllowed = /sudoers|not allowed/i

/**
 * Starts an SFTP server as root through sudo, which reads the password from its standard input. No byte of SFTP is sent
 * before the server has started: sudo would take it for another attempt. Errors: `auth-failed` for a wrong password;
 * `no-permission` if this user may not use sudo; `unsupported` without sudo, sftp-server or `sh`; `server-refused` with
 * sudo's output for other failures; `cancelled`.
 */
export async function startRootServer(
  connection: Connection,
  { signal, askPassword }: RootServerOptions,
): Promise<OpenedSubsystem> {
  await needScripts(connection, signal)
  const probe = await runScript(connection, sh`command -v sudo >/dev/null || exit 127; sudo -n true`, { signal })
  if (probe.code === 127) throw noSudo(connection)
  const password = probe.code === 0 ? null : await askPassword()
  if (probe.code !== 0 && password === null) throw cancelled()
  return startServer(connection, sh`exec sudo -S -p '' -- sh -c ${serverScript.text}`, {
    signal,
    input: password === null ? null : `${password}\n`,
    isRefusal: errors => wrongPassword.test(errors) || notAllowed.test(errors),
    refused: words => refused(connection, words),
    none: () => noServer(connection, 'root'),
  })
}

function refused({ where }: Connection, words: ServerWords): AppError {
  const said = String(words.errors)
  if (notAllowed.test(said)) return new AppError('no-permission', `This user may not use sudo on ${where}.`)
  if (wrongPassword.test(said) || said.trim() === '')
    return new AppError('auth-failed', `sudo on ${where} did not accept the password. Try again.`)
  const text = withWords(`sudo on ${where} could not start an SFTP server.`, words, 'Try it in a terminal.')
  return new AppError('server-refused', text)
}

function noSudo({ where }: Connection): AppError {
  return new AppError('unsupported', `sudo is not installed on ${where}, so files can’t be opened as root.`)
}
