import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { findProgram } from '../../scripts/programs.mjs'
import { freePort } from './open-ssh.ts'

export interface OtherServer {
  readonly port: number
  readonly user: string
  /** A private key that it accepts. */
  readonly id: string
  stop(): void
}

/** The module that it needs, under the name that `lacks` knows. */
export const paramikoModule = '/usr/lib/python3/dist-packages/paramiko'

/** Starts a real paramiko server; it rekeys every `rekeyBytes`. Without `chattr` it sets no attributes. */
export async function startParamiko(folder: string, { chattr = true, rekeyBytes = 0 } = {}): Promise<OtherServer> {
  const at = makeKeys(folder)
  const script = fileURLToPath(new URL('paramiko-server.py', import.meta.url))
  const options = [chattr ? 'chattr' : 'no-chattr', String(rekeyBytes)]
  // Debian's Python, whichever comes first in PATH: only it has Debian's packages.
  const server = spawn('/usr/bin/python3', ['-W', 'ignore', script, at('host'), at('id.pub'), ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
    server.once('exit', code => reject(new Error(`paramiko ended with ${code}`)))
  })
  return { port, user: userInfo().username, id: at('id'), stop: () => void server.kill('SIGKILL') }
}

/** The module that it needs, under the name that `lacks` knows. */
export const proftpdModule = '/usr/lib/proftpd/mod_sftp.so'

/** Starts a real ProFTPD with mod_sftp, which only serves files; with `rekeys` it rekeys every second. */
export async function startProftpd(folder: string, { rekeys = false } = {}): Promise<OtherServer> {
  const at = makeKeys(folder)
  const { username: user, uid, gid } = userInfo()
  mkdirSync(at('home'), { mode: 0o700 })
  writeFileSync(at('users'), `${user}:!:${uid}:${gid}::${at('home')}:/bin/sh\n`, { mode: 0o600 })
  writeFileSync(at('groups'), `testers:!:${gid}:\n`, { mode: 0o600 })
  writeFileSync(at('keys'), execFileSync('ssh-keygen', ['-e', '-f', at('id.pub')]), { mode: 0o600 })
  const port = await freePort()
  const config = [
    'ModulePath /usr/lib/proftpd',
    'LoadModule mod_sftp.c',
    'ServerType standalone',
    'DefaultAddress 127.0.0.1',
    'UseIPv6 off',
    'UseReverseDNS off',
    `Port ${port}`,
    `User ${user}`,
    `Group ${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`,
    `PidFile ${at('pid')}`,
    `ScoreboardFile ${at('scoreboard')}`,
    `SystemLog ${at('log')}`,
    'TransferLog none',
    'WtmpLog off',
    'RootLogin on',
    'UseFtpUsers off',
    'RequireValidShell off',
    'AllowOverwrite on',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${at('users')}`,
    `AuthGroupFile ${at('groups')}`,
    'SFTPEngine on',
    `SFTPLog ${at('sftp.log')}`,
    `SFTPHostKey ${at('host')}`,
    'SFTPAuthMethods publickey',
    `SFTPAuthorizedUserKeys file:${at('keys')}`,
    rekeys ? 'SFTPRekey required 1 1' : 'SFTPRekey none',
    '',
  ]
  writeFileSync(at('proftpd.conf'), config.join('\n'))
  const server = spawn(findProgram('proftpd') as string, ['-n', '-q', '-c', at('proftpd.conf')], { stdio: 'ignore' })
  for (let tries = 0; tries < 200 && !(await greets(port)); tries++)
    await new Promise(resolve => setTimeout(resolve, 20))
  return { port, user, id: at('id'), stop: () => void server.kill() }
}

/** Returns a function that maps a name to its path in the folder. */
function makeKeys(folder: string): (name: string) => string {
  mkdirSync(folder, { recursive: true })
  const at = (name: string) => join(folder, name)
  for (const name of ['host', 'id']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  return at
}

function greets(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
}
