import type { Client, ClientChannel } from 'ssh2'

import type { TerminalSize } from '../../shared/contract/terminals.ts'

export interface ShellRequest {
  readonly size: TerminalSize
  readonly term: string
  readonly env: Readonly<Record<string, string>>
}

type Done = (error: Error | undefined, channel: ClientChannel) => void

/** What ssh2 1.17 keeps to itself; looked for at run time. */
interface Inside {
  readonly _protocol?: {
    pty(...args: readonly unknown[]): void
    shell(id: number, wantReply: boolean): void
  }
  readonly _chanMgr?: { readonly _channels: Readonly<Record<string, Partial<InnerChannel>>> }
}

interface InnerChannel {
  readonly outgoing: { readonly id: number }
  readonly _callbacks: ((refused: unknown) => void)[]
}

/**
 * Asks for a terminal and a shell in one go, as OpenSSH's client does (RFC 4254, 6.2 and 6.5: a request need not wait
 * for the reply to the one before). ssh2 waits, which costs a round trip for each new shell.
 */
export class ShellOpener {
  readonly #client: Client
  readonly #inside: Required<Inside> | undefined
  // One entry for each shell whose channel is on its way, in the order of the requests.
  readonly #before: ((channelId: number) => void)[] = []

  constructor(client: Client) {
    this.#client = client
    const { _protocol, _chanMgr } = client as unknown as Inside
    if (typeof _protocol?.pty !== 'function' || _chanMgr?._channels === undefined) return
    this.#inside = { _protocol, _chanMgr }
    const send = _protocol.shell.bind(_protocol)
    _protocol.shell = (id, wantReply) => {
      this.#before.shift()?.(id)
      send(id, wantReply)
    }
  }

  /** Calls back with the channel, or with ssh2's error. Throws what ssh2 throws on a closed socket. */
  open({ size, term, env }: ShellRequest, done: Done): void {
    const options = { term, cols: size.cols, rows: size.rows, width: 0, height: 0 }
    const inside = this.#inside
    if (!inside) {
      this.#client.shell(options, { env: { ...env } }, done)
      return
    }
    let refused = false
    const askForTerminal = (id: number) => {
      const channel = Object.values(inside._chanMgr._channels).find(each => each.outgoing?.id === id)
      channel?._callbacks?.unshift(failed => (refused = Boolean(failed)))
      inside._protocol.pty(id, size.rows, size.cols, 0, 0, term, null, channel !== undefined)
    }
    this.#before.push(askForTerminal)
    this.#client.shell(false, { env: { ...env } }, (error, channel) => {
      const at = this.#before.indexOf(askForTerminal)
      if (at >= 0) this.#before.splice(at, 1)
      if (error || !refused) return done(error, channel)
      channel.close()
      done(new Error('it gives no terminal'), channel)
    })
  }
}
