import { AppError } from '../../shared/base/errors.ts'
import type { Channel, Connection } from '../ssh/connection.ts'
import { inSh } from '../ssh/command-line.ts'
import { needScripts, runScript } from '../ssh/run-script.ts'
import { joined, sh } from '../ssh/script.ts'

const ready = 'HAWSER-READY\n'
const none = 'HAWSER-NONE\n'
const startMs = 15_000

// Where the systems that have OpenSSH keep its sftp-server.
const servers = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/libexec/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/lib/sftp-server',
]

export interface RootServerOptions {
  readonly signal: AbortSignal
  /** Asks for the password of sudo; null when the person does not want to. */
  readonly askPassword: () => Promise<string | null>
}

/**
 * Starts an SFTP server as root through sudo, which is given the password on its standard input. Not a byte of SFTP goes
 * out before sudo has let the server start: sudo would take it for another try. Throws `auth-failed` for a wrong
 * password, `unsupported` where there is no sudo, no sftp-server or no `sh`, `cancelled`.
 */
export async function startRootServer(connection: Connection, options: RootServerOptions): Promise<Channel> {
  const { signal } = options
  await needScripts(connection, signal)
  const probe = await runScript(connection, sh`command -v sudo >/dev/null || exit 127; sudo -n true`, { signal })
  if (probe.code === 127) throw noSudo(connection)
  const password = probe.code === 0 ? null : await options.askPassword()
  if (probe.code !== 0 && password === null) throw new AppError('cancelled', 'Cancelled')
  const look = servers.map(server => sh`[ -x ${server} ] && printf %s ${ready} && exec ${server}`)
  const script = joined([...look, sh`printf %s ${none}`], '\n')
  const { channel } = await connection.exec(inSh(sh`exec sudo -S -p '' -- sh -c ${script.text}`), signal)
  if (password !== null) channel.write(`${password}\n`)
  return untilReady(channel, connection)
}

function untilReady(channel: Channel, connection: Connection): Promise<Channel> {
  return new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    const settle = () => {
      clearTimeout(timer)
      channel.removeListener('readable', read)
      channel.removeListener('close', gone)
    }
    const fail = (error: AppError) => (settle(), channel.close(), reject(error))
    const refused = () =>
      /sudoers|not allowed/i.test(errors)
        ? new AppError('no-permission', `${connection.where} does not let this user act as root with sudo.`)
        : new AppError('auth-failed', `sudo on ${connection.where} did not take the password. Try again.`)
    const gone = () => fail(refused())
    const timer = setTimeout(() => fail(refused()), startMs)
    const read = () => {
      // Byte by byte: what follows the line is SFTP.
      for (let byte = channel.read(1) as Buffer | null; byte !== null; byte = channel.read(1) as Buffer | null) {
        output = (output + byte.toString('latin1')).slice(-64)
        if (output.endsWith(none)) return fail(noServer(connection))
        if (!output.endsWith(ready)) continue
        settle()
        return resolve(channel)
      }
    }
    channel.stderr.on('data', (data: Buffer) => {
      errors = (errors + data.toString('utf8')).slice(-4096)
      if (/try again|incorrect|sudoers|not allowed|a terminal is required/i.test(errors)) fail(refused())
    })
    channel.on('readable', read)
    channel.on('close', gone)
  })
}

function noSudo({ where }: Connection): AppError {
  return new AppError('unsupported', `${where} has no sudo, so its files can’t be opened as root.`)
}

function noServer({ where }: Connection): AppError {
  return new AppError('unsupported', `${where} has no sftp-server that root could run.`)
}
