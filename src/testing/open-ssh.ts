import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { lacks } from './programs.ts'

const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(existsSync)

/** True if a real OpenSSH server can be started. */
export const hasOpenSsh = !lacks('sshd', 'ssh-keygen')

/** A config line that makes it look for keys outside the home directory only. */
export const keysElsewhere = '# keys elsewhere'

/** A server that can be started: its port, and who may sign in to it with which key. */
export interface PreparedOpenSsh {
  readonly port: number
  readonly user: string
  readonly id: string
}

/** Starts a private OpenSSH server for the user who runs the tests; it accepts the key `id` in its folder. */
export async function startOpenSsh(
  folder: string,
  lines: readonly string[] = [],
): Promise<PreparedOpenSsh & { stop(): void }> {
  const prepared = await prepareOpenSsh(folder, lines)
  const server = launchOpenSsh(folder)
  for (let tries = 0; tries < 200 && !(await answers(prepared.port)); tries++)
    await new Promise(resolve => setTimeout(resolve, 20))
  return { ...prepared, stop: () => void server.kill() }
}

/** Starts the server that was prepared in a folder: with other `options`, or `within` a network namespace. */
export function launchOpenSsh(
  folder: string,
  { within = [], options = [] }: { readonly within?: readonly string[]; readonly options?: readonly string[] } = {},
): ChildProcess {
  const files = ['-f', join(folder, 'sshd_config'), '-E', join(folder, 'log')]
  const [command, ...args] = [...within, program as string, '-D', ...files, ...options]
  return spawn(command as string, args, { stdio: 'ignore' })
}

/** Makes the keys and the config of a private OpenSSH server. */
export async function prepareOpenSsh(folder: string, lines: readonly string[] = []): Promise<PreparedOpenSsh> {
  mkdirSync(join(folder, 'home'), { recursive: true })
  const at = (name: string) => join(folder, name)
  for (const name of ['host_ed', 'id']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  writeFileSync(at('authorized_keys'), readFileSync(at('id.pub')), { mode: 0o600 })
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const port = await freePort()
  const set = lines.filter(line => line.startsWith('SetEnv '))
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_ed')}`,
    `PidFile none`,
    `AuthorizedKeysFile ${at('authorized_keys')}${lines.includes(keysElsewhere) ? '' : ` ${at('home')}/.ssh/authorized_keys`}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    // A separate home directory: the tester's own files must not matter. sshd uses only the first SetEnv line.
    `SetEnv ${[`HOME=${at('home')}`, ...set.map(line => line.slice('SetEnv '.length))].join(' ')}`,
    ...lines.filter(line => !set.includes(line)),
  ]
  writeFileSync(at('sshd_config'), config.join('\n'))
  return { port, user: userInfo().username, id: at('id') }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
