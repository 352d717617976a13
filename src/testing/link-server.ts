import { execFileSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { launchOpenSsh, prepareOpenSsh } from './open-ssh.ts'
import type { LinkHost } from './link-user.ts'

// The same shell, prompt and echo for everybody who runs the tests.
const plainShell = 'ForceCommand exec sh -i'

/** The processes of a server: the one that listens, and those of its connections. */
type Which = 'connections' | 'all'

/** A private OpenSSH server that can be stopped, killed and started anew on the same port. */
export class LinkServer {
  readonly host: LinkHost
  readonly #folder: string
  readonly #launch: () => ChildProcess
  #process: ChildProcess
  #starts = 1

  private constructor(folder: string, host: LinkHost, launch: () => ChildProcess) {
    this.#folder = folder
    this.host = host
    this.#launch = launch
    this.#process = launch()
  }

  /** Prepares and starts a server. `at`: its network namespace and its address there; loopback without it. */
  static async start(
    folder: string,
    at: { readonly within: readonly string[]; readonly address: string } = { within: [], address: '127.0.0.1' },
  ): Promise<LinkServer> {
    mkdirSync(folder, { recursive: true })
    const { port, user, id } = await prepareOpenSsh(folder, [plainShell])
    const [type, key] = readFileSync(join(folder, 'host_ed.pub'), 'utf8').split(' ')
    const host = { address: at.address, port, user, keyFile: id, hostKey: `${type} ${key}` }
    const options = at.address === '127.0.0.1' ? [] : ['-o', `ListenAddress=${at.address}`]
    const server = new LinkServer(folder, host, () => launchOpenSsh(folder, { within: at.within, options }))
    await server.#listens(1)
    return server
  }

  /** The number of sign-ins that the server has accepted. */
  get signIns(): number {
    return this.#logged(/Accepted publickey/g)
  }

  signal(which: Which, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const listener = this.#process.pid as number
    const connections = sshdChildren(listener)
    for (const pid of which === 'all' ? [listener, ...connections] : connections) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended in the meantime.
      }
    }
  }

  /** Starts it anew after it was killed. */
  async restart(): Promise<void> {
    this.#process = this.#launch()
    await this.#listens(++this.#starts)
  }

  dispose(): void {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.signal('all', 'SIGKILL')
  }

  async #listens(times: number): Promise<void> {
    const { address, port } = this.host
    const line = new RegExp(`Server listening on ${address} port ${port}`, 'g')
    while (this.#logged(line) < times) await new Promise(resolve => setImmediate(resolve))
  }

  #logged(line: RegExp): number {
    try {
      return readFileSync(join(this.#folder, 'log'), 'utf8').match(line)?.length ?? 0
    } catch {
      return 0
    }
  }
}

/** The processes of sshd below one; in OpenSSH 9.8 and later they are called sshd-session. */
function sshdChildren(parent: number): readonly number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/))
  const below = (pid: number): number[] =>
    rows
      .filter(([, ppid, name]) => Number(ppid) === pid && /(^|\/)sshd/.test(name ?? ''))
      .flatMap(([child]) => [Number(child), ...below(Number(child))])
  return below(parent)
}
