import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'

import { findProgram } from '../scripts/programs.mjs'
import { needs } from './needs.ts'

/** A private OpenSSH server on loopback, for the user who runs the tests. */
export interface Sshd {
  readonly port: number
  readonly user: string
  /** The folder with `id` (a key it accepts), its host keys and its log. */
  readonly folder: string
  /** The host key as known_hosts has it. */
  readonly hostKey: string
  /** Accepts one more public key. */
  authorize(publicKey: string): void
  log(): string
  /** Ends the listener and every session, as when the machine goes down. */
  kill(): void
  restart(): Promise<void>
}

/** Starts it with more lines for sshd_config; it ends with `kill`. Skips the test if OpenSSH isn't installed. */
export async function startSshd(folder: string, lines: readonly string[] = []): Promise<Sshd> {
  needs('sshd', 'ssh-keygen', 'ps')
  mkdirSync(join(folder, 'home'), { recursive: true })
  const at = (name: string) => join(folder, name)
  if (!existsSync(at('host_ed'))) {
    keygen(at('host_ed'), 'ed25519')
    keygen(at('id'), 'ed25519')
    writeFileSync(at('authorized_keys'), readFileSync(at('id.pub')), { mode: 0o600 })
  }
  const port = await freePort()
  // As root sshd wants its separation folder.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...(lines.some(line => line.startsWith('HostKey ')) ? [] : [`HostKey ${at('host_ed')}`]),
    `PidFile ${at('sshd.pid')}`,
    `AuthorizedKeysFile ${at('authorized_keys')} ${at('home')}/.ssh/authorized_keys`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AcceptEnv LANG LC_* COLORTERM',
    // A home of its own: what the person who runs the tests has in theirs must not matter.
    // The same holds for their tmux. A language of its own, as PAM sets one on most machines.
    ...(lines.some(line => line.startsWith('SetEnv '))
      ? []
      : [`SetEnv HOME=${at('home')} TMUX_TMPDIR=${at('home')} LANG=C.UTF-8`]),
    'PrintLastLog no',
    'PrintMotd no',
    ...(lines.some(line => line.startsWith('Subsystem ')) ? [] : [`Subsystem sftp internal-sftp -d ${at('home')}`]),
    'LogLevel VERBOSE',
    ...lines,
  ]
  writeFileSync(at('sshd_config'), `${config.join('\n')}\n`)
  chmodSync(at('authorized_keys'), 0o600)
  let server = await run(folder, port)
  return {
    port,
    user: userInfo().username,
    folder,
    hostKey: readFileSync(at('host_ed.pub'), 'utf8'),
    authorize: publicKey => appendFileSync(at('authorized_keys'), publicKey),
    log: () => readFileSync(at('sshd.log'), 'utf8'),
    kill: () => killTree(server),
    restart: async () => {
      killTree(server)
      server = await run(folder, port)
    },
  }
}

/** Makes a key pair beside which nothing is written over. */
export function keygen(path: string, type: 'ed25519' | 'rsa' | 'ecdsa', passphrase = ''): void {
  needs('ssh-keygen')
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'hawser-test', '-f', path])
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

async function run(folder: string, port: number): Promise<ChildProcess> {
  const program = findProgram('sshd')
  if (program === undefined) throw new Error('OpenSSH server is not installed')
  const server = spawn(program, ['-D', '-f', join(folder, 'sshd_config'), '-E', join(folder, 'sshd.log')], {
    stdio: 'ignore',
  })
  const { connect } = await import('node:net')
  for (let tries = 0; tries < 200; tries++) {
    const up = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', () => resolve(true) ?? socket.destroy())
      socket.once('error', () => resolve(false))
    })
    if (up) return server
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`sshd did not start: ${readFileSync(join(folder, 'sshd.log'), 'utf8')}`)
}

/** sshd's sessions are processes of their own: all of its descendants go. */
function killTree(server: ChildProcess): void {
  if (server.pid === undefined) return
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number) as [number, number])
  const below = (pid: number): number[] =>
    table.filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)])
  for (const pid of [server.pid, ...below(server.pid)]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
