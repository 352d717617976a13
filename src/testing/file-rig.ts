import type { Connection } from '../main/ssh/connection.ts'
import type { PlannedHop } from '../main/ssh/connection-plan.ts'
import type { SftpFiles } from '../main/files/sftp-files.ts'
import type { Lease } from '../main/ssh/connection-pool.ts'
import { fixedLine } from '../main/ssh/command-line.ts'
import { runCommand } from '../main/ssh/run-command.ts'
import { openRemoteFiles } from '../main/files/remote-files.ts'
import { completeHop, dialRig, trusting } from './dial.ts'
import { startOpenSsh } from './open-ssh.ts'

export interface FileRig {
  readonly remote: SftpFiles
  readonly port: number
  stop(): void
}

/** A private OpenSSH server whose files are reachable again after a lost connection. */
export interface RemoteRig {
  readonly port: number
  /** Opens its files on new connections. */
  connect(): Promise<SftpFiles>
  stop(): void
}

interface RigOptions {
  readonly lines?: readonly string[]
  /** Returns the port to use instead of the server's own. */
  readonly port?: (real: number) => Promise<number>
}

export async function remoteRig(
  folder: string,
  { lines = ['Subsystem sftp internal-sftp'], port }: RigOptions = {},
): Promise<RemoteRig> {
  const server = await startOpenSsh(folder, lines)
  const rig = dialRig(folder, trusting())
  const at = (await port?.(server.port)) ?? server.port
  const hop: Partial<PlannedHop> = { port: at, user: server.user, signIn: 'key', keyFile: server.id }
  const options = { onStep: () => {}, signal: new AbortController().signal }
  const lease = (key: string, quiet: boolean) => {
    const whole = completeHop(hop, 0)
    return rig.pool.lease([{ ...whole, key: `${whole.key}${key}` }], { ...options, quiet })
  }
  const opened: SftpFiles[] = []
  return {
    port: server.port,
    connect: async () => {
      const files = await openRemoteFiles({
        key: `remote ${at}`,
        // A cut connection may not have noticed yet: the next one must be new.
        lease: await untilLive(() => lease('', false)),
        leaseMore: index => lease(` data ${index}`, true),
        leaseAlone: () => lease(' files', false),
        askSudo: null,
        signal: options.signal,
      })
      opened.push(files)
      return files
    },
    stop: () => {
      for (const files of opened) files.dispose()
      rig.stop()
      server.stop()
    },
  }
}

async function untilLive(open: () => Promise<Lease<Connection>>): Promise<Lease<Connection>> {
  for (let tries = 0; ; tries++) {
    try {
      const lease = await open()
      await runCommand(lease.connection, fixedLine`true`, { signal: new AbortController().signal })
      return lease
    } catch (error) {
      if (tries === 50) throw error
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}

/** Serves files by a private OpenSSH server, through the real dialer and pool. */
export async function fileRig(folder: string, options: RigOptions = {}): Promise<FileRig> {
  const rig = await remoteRig(folder, options)
  return { remote: await rig.connect(), port: rig.port, stop: rig.stop }
}
