import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'

import { SftpFiles } from '../main/files/sftp-files.ts'
import { SftpLanes } from '../main/files/sftp-lanes.ts'
import { SftpSession } from '../main/sftp/sftp-session.ts'
import type { ByteChannel } from '../main/sftp/sftp-wire.ts'

/** OpenSSH's own SFTP server, which needs no login. */
export const sftpServer = '/usr/lib/openssh/sftp-server'

/** The user nobody: the server requires a user with a name. */
export const plainUser = { uid: 65_534, gid: 65_534 }
/** Only root can start a program as another user. */
export const canBeAnother = userInfo().uid === 0

interface ProgramOptions {
  readonly args?: readonly string[]
  /** The user that it runs as, with these supplementary groups. */
  readonly as?: { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] }
}

/** Opens local files through OpenSSH's sftp-server, optionally as another user. */
export async function openSftpProgram({ args = [], as }: ProgramOptions = {}): Promise<SftpFiles> {
  const groups = as?.groups ? ['--groups', as.groups.join(',')] : ['--clear-groups']
  const [program, ...rest] = as
    ? ['setpriv', '--reuid', String(as.uid), '--regid', String(as.gid), ...groups, sftpServer, ...args]
    : [sftpServer, ...args]
  const child = spawn(program as string, rest, { stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => {})
  const channel: ByteChannel = {
    write: data => child.stdin.write(data),
    on: (event, listener) => child.stdout.on(event, listener),
    close: () => void child.kill(),
  }
  const owned = { dispose: () => void child.kill() }
  const session = await SftpSession.open(channel, { where: 'box', owned, signal: new AbortController().signal })
  const lanes = new SftpLanes(session, { open: () => Promise.reject(new Error('one lane')), roundTripMs: () => 0 })
  return new SftpFiles({ label: 'box', key: 'box', session, lanes, commands: null, roundTripMs: () => 0 })
}
