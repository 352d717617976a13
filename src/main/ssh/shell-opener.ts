import type { Client, ClientChannel } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { sessionRequests, type SessionRequests } from './ssh2-internals.ts'

export interface ShellRequest {
  readonly size: TerminalSize
  readonly term: string
  readonly env: Readonly<Record<string, string>>
  /** Runs instead of the login shell (RemoteCommand of ssh_config(5)). */
  readonly command?: string | null
  /** False requests no terminal (RequestTTY no). */
  readonly tty?: boolean
}

/** The server opened a session but refused a terminal for it. */
export class NoTerminal extends Error {
  forPeople(where: string): AppError {
    const text = `${where} refused to allocate a terminal (PTY) for this user. PermitTTY in its sshd_config or an option in authorized_keys may forbid it.`
    return new AppError('server-refused', text, { cause: this })
  }
}

type Done = (error: Error | undefined, channel: ClientChannel) => void

/**
 * Requests a terminal and a shell together, as OpenSSH's client does (RFC 4254, 6.2 and 6.5: a request need not wait
 * for the previous reply). ssh2 waits, which costs a round trip for each new shell. Agent forwarding is requested
 * without a reply: a server that refuses it still starts the shell.
 */
export class ShellOpener {
  readonly #client: Client
  readonly #forwardsAgent: boolean
  readonly #requests: SessionRequests | undefined
  // One entry per shell whose channel is being opened, in the order of the requests.
  readonly #before: ((channelId: number) => void)[] = []
  // Commands of terminals whose channel is being opened.
  readonly #commands = new Set<string>()

  constructor(client: Client, forwardsAgent: boolean) {
    this.#client = client
    this.#forwardsAgent = forwardsAgent
    this.#requests = sessionRequests(client)
    this.#requests?.beforeShell(id => this.#before.shift()?.(id))
    this.#requests?.beforeExec((id, command) => {
      if (this.#commands.delete(command)) this.#offerAgent(id)
    })
  }

  /** Calls back with the channel, or with ssh2's error. Errors: those of ssh2 on a closed socket. */
  open(request: ShellRequest, done: Done): void {
    const { size, term, env, command = null, tty = true } = request
    const options = { term, cols: size.cols, rows: size.rows, width: 0, height: 0 }
    const requests = this.#requests
    if (command !== null) {
      this.#commands.add(command)
      this.#client.exec(command, { env: { ...env }, ...(tty ? { pty: options } : {}) }, done)
      return
    }
    if (!requests) {
      this.#client.shell(tty ? options : false, { env: { ...env } }, done)
      return
    }
    let refused = false
    const before = (id: number) => {
      this.#offerAgent(id)
      if (!tty) return
      requests.pty(id, [size.rows, size.cols, 0, 0, term, null], failed => (refused = failed))
    }
    this.#before.push(before)
    this.#client.shell(false, { env: { ...env } }, (error, channel) => {
      const at = this.#before.indexOf(before)
      if (at >= 0) this.#before.splice(at, 1)
      if (error || !refused) return done(error, channel)
      channel.close()
      done(new NoTerminal(), channel)
    })
  }

  #offerAgent(id: number): void {
    if (this.#forwardsAgent) this.#requests?.offerAgent(id)
  }
}
