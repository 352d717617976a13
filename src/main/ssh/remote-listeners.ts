import type { Client, ClientChannel } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'

type Accept = () => ClientChannel

/**
 * A connection accepted on the server, with its origin; `accept` opens it, `refuse` rejects it. Once the SSH connection
 * is gone, `accept` throws an AppError (`lost`) and `refuse` does nothing.
 */
export interface Incoming {
  readonly from: string
  readonly accept: Accept
  readonly refuse: () => void
}

/** The server was asked to choose a port and did not report which one (as lshd does). */
export class NoPortNamed extends Error {
  forPeople(where: string): AppError {
    const text = `${where} did not report which port it chose to listen on. Set a fixed listening port for this forward.`
    return new AppError('server-refused', text, { cause: this })
  }
}

export type OnIncoming = (incoming: Incoming) => void

/** The listeners of one connection on the server (RFC 4254, 7.1), and the owner of each incoming connection. */
export class RemoteListeners {
  readonly #client: Client
  #gone = false
  readonly #owners = new Map<string, OnIncoming>()

  constructor(client: Client) {
    this.#client = client
    const gone = () => (this.#gone = true)
    client.on('end', gone).on('close', gone)
    client.on('tcp connection', ({ destIP, destPort, srcIP, srcPort }, accept, refuse) =>
      this.#take(tcpKey(destIP, destPort), this.#incoming(`${srcIP}:${srcPort}`, accept as Accept, refuse)),
    )
    client.on('unix connection', ({ socketPath }, accept, refuse) =>
      this.#take(socketPath, this.#incoming(socketPath, accept as Accept, refuse)),
    )
  }

  /**
   * Requests a TCP listener; `done` receives its port, which the server chooses if `port` is 0 (RFC 4254, 7.1). A
   * server that doesn't report the port it chose counts as refusing, since the port would be useless.
   */
  listenTcp(
    { address, port }: { address: string; port: number },
    onIncoming: OnIncoming,
    done: (error: Error | undefined, listener: { port: number } & Disposable) => void,
  ): void {
    this.#client.forwardIn(address, port, (error, real) => {
      const key = tcpKey(address, real)
      const dispose = () => {
        this.#owners.delete(key)
        this.#quietly(() => this.#client.unforwardIn(address, real, () => {}))
      }
      const unusable = !error && !(real > 0 && real <= 65_535)
      if (unusable) dispose()
      else if (!error) this.#owners.set(key, onIncoming)
      done(unusable ? new NoPortNamed() : error, { port: real, dispose })
    })
  }

  /** Requests a listener on a Unix socket (streamlocal-forward@openssh.com). */
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

  #incoming(from: string, accept: Accept, refuse: () => void): Incoming {
    return {
      from,
      accept: () => {
        // ssh2 throws in this case, or returns a channel that carries no data and never closes.
        if (this.#gone) throw new AppError('lost', 'The connection to the host was lost.')
        return accept()
      },
      refuse: () => this.#quietly(refuse),
    }
  }

  #take(key: string, incoming: Incoming): void {
    const owner = this.#owners.get(key)
    if (owner) owner(incoming)
    else incoming.refuse()
  }

  // ssh2 throws if its socket is already closed; the listener is gone with it.
  #quietly(work: () => void): void {
    try {
      work()
    } catch {
      // Nothing is left to cancel.
    }
  }
}

function tcpKey(address: string, port: number): string {
  return `${address}:${port}`
}
