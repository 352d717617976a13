import type { Client, ClientChannel } from 'ssh2'

import type { TerminalSize } from '../../shared/contract/terminals.ts'

export interface ShellRequest {
  readonly size: TerminalSize
  readonly term: string
  readonly env: Readonly<Record<string, string>>
  /** Run in the place of the login shell (RemoteCommand of ssh_config(5)). */
  readonly command?: string | null
  /** False asks for no terminal (RequestTTY no). */
  readonly tty?: boolean
}

type Done = (error: Error | undefined, channel: ClientChannel) => void

/** What ssh2 1.17 keeps to itself; looked for at run time. */
interface Inside {
  readonly _protocol?: {
    pty(...args: readonly unknown[]): void
    shell(id: number, wantReply: boolean): void
    exec(id: number, command: string, wantReply: boolean): void
    openssh_agentForward(id: number, wantReply: boolean): void
  }
  readonly _chanMgr?: { readonly _channels: Readonly<Record<string, Partial<InnerChannel>>> }
  _agentFwdEnabled?: boolean
}

type Found = Required<Pick<Inside, '_protocol' | '_chanMgr'>> & Pick<Inside, '_agentFwdEnabled'>

interface InnerChannel {
  readonly outgoing: { readonly id: number }
  readonly _callbacks: ((refused: unknown) => void)[]
}

/**
 * Asks for a terminal and a shell in one go, as OpenSSH's client does (RFC 4254, 6.2 and 6.5: a request need not wait
 * for the reply to the one before). ssh2 waits, which costs a round trip for each new shell. The agent is offered to the
 * far side with no reply wanted: a server that will not have it still gives its shell.
 */
export class ShellOpener {
  readonly #client: Client
  readonly #forwardsAgent: boolean
  readonly #inside: Found | undefined
  // One entry for each shell whose channel is on its way, in the order of the requests.
  readonly #before: ((channelId: number) => void)[] = []
  // Commands of terminals whose channel is on its way.
  readonly #commands = new Set<string>()

  constructor(client: Client, forwardsAgent: boolean) {
    this.#client = client
    this.#forwardsAgent = forwardsAgent
    const inside = client as unknown as Inside
    const { _protocol, _chanMgr } = inside
    if (typeof _protocol?.pty !== 'function' || _chanMgr?._channels === undefined) return
    this.#inside = inside as Found
    const shell = _protocol.shell.bind(_protocol)
    _protocol.shell = (id, wantReply) => {
      this.#before.shift()?.(id)
      shell(id, wantReply)
    }
    const exec = _protocol.exec.bind(_protocol)
    _protocol.exec = (id, command, wantReply) => {
      if (this.#commands.delete(command)) this.#offerAgent(id)
      exec(id, command, wantReply)
    }
  }

  /** Calls back with the channel, or with ssh2's error. Throws what ssh2 throws on a closed socket. */
  open(request: ShellRequest, done: Done): void {
    const { size, term, env, command = null, tty = true } = request
    const options = { term, cols: size.cols, rows: size.rows, width: 0, height: 0 }
    const inside = this.#inside
    if (command !== null) {
      this.#commands.add(command)
      this.#client.exec(command, { env: { ...env }, ...(tty ? { pty: options } : {}) }, done)
      return
    }
    if (!inside) {
      this.#client.shell(tty ? options : false, { env: { ...env } }, done)
      return
    }
    let refused = false
    const before = (id: number) => {
      this.#offerAgent(id)
      if (!tty) return
      const channel = Object.values(inside._chanMgr._channels).find(each => each.outgoing?.id === id)
      channel?._callbacks?.unshift(failed => (refused = Boolean(failed)))
      inside._protocol.pty(id, size.rows, size.cols, 0, 0, term, null, channel !== undefined)
    }
    this.#before.push(before)
    this.#client.shell(false, { env: { ...env } }, (error, channel) => {
      const at = this.#before.indexOf(before)
      if (at >= 0) this.#before.splice(at, 1)
      if (error || !refused) return done(error, channel)
      channel.close()
      done(new Error('it gives no terminal'), channel)
    })
  }

  #offerAgent(id: number): void {
    if (!this.#forwardsAgent || !this.#inside) return
    this.#inside._agentFwdEnabled = true
    this.#inside._protocol.openssh_agentForward(id, false)
  }
}
