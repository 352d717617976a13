import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Connection, OpenedSubsystem } from '../ssh/connection.ts'
import { needScripts, runScript } from '../ssh/run-script.ts'
import { sh } from '../ssh/script.ts'
import { withWords, type ServerWords } from '../ssh/server-words.ts'
import { noServer, serverScript, startServer } from './started-server.ts'

export interface RootServerOptions {
  readonly signal: AbortSignal
  /** Asks for the password of sudo; null when the person does not want to. */
  readonly askPassword: () => Promise<string | null>
}

// What sudo says of a password that it won't take, and of a user whom it serves nothing.
const wrongPassword = /try again|incorrect|a terminal is required|a password is required/i
const notAllowed = /sudoers|not allowed/i

/**
 * Starts an SFTP server as root through sudo, which is given the password on its standard input. Not a byte of SFTP goes
 * out before sudo has let the server start: sudo would take it for another try. Throws `auth-failed` for a wrong
 * password, `no-permission` where sudo serves this user nothing, `unsupported` where there is no sudo, no sftp-server or
 * no `sh`, `server-refused` with sudo's words where it fails otherwise, `cancelled`.
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
  if (notAllowed.test(said))
    return new AppError('no-permission', `${where} does not let this user act as root with sudo.`)
  if (wrongPassword.test(said) || said.trim() === '')
    return new AppError('auth-failed', `sudo on ${where} did not take the password. Try again.`)
  const text = withWords(`sudo on ${where} did not start an SFTP server.`, words, 'Try it in a terminal.')
  return new AppError('server-refused', text)
}

function noSudo({ where }: Connection): AppError {
  return new AppError('unsupported', `${where} has no sudo, so its files can’t be opened as root.`)
}
