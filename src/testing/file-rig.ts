import type { PlannedHop } from '../main/ssh/connection-plan.ts'
import type { SftpFiles } from '../main/files/sftp-files.ts'
import { openRemoteFiles } from '../main/files/remote-files.ts'
import { completeHop, dialRig, trusting } from './dial.ts'
import { startOpenSsh } from './open-ssh.ts'

export interface FileRig {
  readonly remote: SftpFiles
  readonly port: number
  stop(): void
}

/** The files of a private OpenSSH server, through the real dialer and pool. */
export async function fileRig(
  folder: string,
  {
    lines = ['Subsystem sftp internal-sftp'],
    port,
  }: { lines?: readonly string[]; port?: (real: number) => Promise<number> } = {},
): Promise<FileRig> {
  const server = await startOpenSsh(folder, lines)
  const rig = dialRig(folder, trusting())
  const at = (await port?.(server.port)) ?? server.port
  const hop: Partial<PlannedHop> = { port: at, user: server.user, signIn: 'key', keyFile: server.id }
  const options = { onStep: () => {}, signal: new AbortController().signal }
  const lease = (key: string, quiet: boolean) => {
    const whole = completeHop(hop, 0)
    return rig.pool.lease([{ ...whole, key: `${whole.key}${key}` }], { ...options, quiet })
  }
  const remote = await openRemoteFiles({
    key: 'remote',
    lease: await lease('', false),
    leaseMore: index => lease(` data ${index}`, true),
    askSudo: null,
    signal: options.signal,
  })
  return {
    remote,
    port: server.port,
    stop: () => {
      remote.dispose()
      rig.stop()
      server.stop()
    },
  }
}
