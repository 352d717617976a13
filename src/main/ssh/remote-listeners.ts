import type { Client, ClientChannel } from 'ssh2'

import type { Disposable } from '../../shared/base/lifecycle.ts'

type Accept = () => ClientChannel

/** A connection that came in over there, with where it came from; `accept` takes it, `refuse` turns it away. */
export interface Incoming {
  readonly from: string
  readonly accept: Accept
  readonly refuse: () => void
}

export type OnIncoming = (incoming: Incoming) => void

/** The listeners of one connection on the far side (RFC 4254, 7.1), and whom each of their connections belongs to. */
export class RemoteListeners {
  readonly #client: Client
  readonly #owners = new Map<string, OnIncoming>()

  constructor(client: Client) {
    this.#client = client
    client.on('tcp connection', ({ destIP, destPort, srcIP, srcPort }, accept, refuse) =>
      this.#take(tcpKey(destIP, destPort), { from: `${srcIP}:${srcPort}`, accept: accept as Accept, refuse }),
    )
    client.on('unix connection', ({ socketPath }, accept, refuse) =>
      this.#take(socketPath, { from: socketPath, accept: accept as Accept, refuse }),
    )
  }

  /** Asks for a TCP listener; `done` is told its port, which the server chose when `port` was 0. */
  listenTcp(
    { address, port }: { address: string; port: number },
    onIncoming: OnIncoming,
    done: (error: Error | undefined, listener: { port: number } & Disposable) => void,
  ): void {
    this.#client.forwardIn(address, port, (error, real) => {
      const key = tcpKey(address, real)
      if (!error) this.#owners.set(key, onIncoming)
      const dispose = () => {
        this.#owners.delete(key)
        this.#quietly(() => this.#client.unforwardIn(address, real, () => {}))
      }
      done(error, { port: real, dispose })
    })
  }

  /** Asks for a listener on a Unix socket (streamlocal-forward@openssh.com). */
  listenUnix(
    path: string,
    onIncoming: OnIncoming,
    done: (error: Error | undefined, listener: Disposable) => void,
  ): void {
    this.#client.openssh_forwardInStreamLocal(path, error => {
      if (!error) this.#owners.set(path, onIncoming)
      const dispose = () => {
        this.#owners.delete(path)
        this.#quietly(() => this.#client.openssh_unforwardInStreamLocal(path, () => {}))
      }
      done(error ?? undefined, { dispose })
    })
  }

  #take(key: string, incoming: Incoming): void {
    const owner = this.#owners.get(key)
    if (owner) owner(incoming)
    else incoming.refuse()
  }

  // ssh2 throws when its socket is closed already: the listener went with it.
  #quietly(work: () => void): void {
    try {
      work()
    } catch {
      // Nothing is left to take back.
    }
  }
}

function tcpKey(address: string, port: number): string {
  return `${address}:${port}`
}
