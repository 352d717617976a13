import { mkdirSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'

import ssh2, { type Connection as Client, type ServerChannel } from 'ssh2'

import type { Connection } from '../main/ssh/connection.ts'
import { dialRig, trusting, type DialRig } from './dial.ts'
import { tempDir } from './temp-dir.ts'

/** Private parts of ssh2's server, for tests that need a misbehaving server. */
export interface ServerProtocol {
  rekey(): void
  readonly _kexinit: unknown
  readonly _cipher: { encrypt(packet: Buffer): void }
  readonly _packetRW: {
    readonly write: {
      readonly allocStartKEX: number
      alloc(size: number, force: boolean): Buffer
      finalize(packet: Buffer, force: boolean): Buffer
    }
  }
  channelData(id: number, data: Buffer): void
  exitStatus(id: number, code: number): void
}

export interface RawServer {
  readonly rig: DialRig
  readonly port: number
  /** Signs in; every user may. */
  dial(): Promise<Connection>
  stop(): void
}

/**
 * An in-process SSH server that accepts everyone and leaves the rest to `serve`; `carry` may intercept the connection.
 */
export async function rawServer(
  serve: (client: Client, protocol: ServerProtocol) => void,
  carry: (socket: Socket, serve: (stream: Socket) => void) => void = (socket, pass) => pass(socket),
): Promise<RawServer> {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  const server = new ssh2.Server({ hostKeys: [hostKey] }, client => {
    client.on('error', () => {})
    client.on('authentication', context => context.accept())
    client.on('ready', () => serve(client, (client as unknown as { _protocol: ServerProtocol })._protocol))
  })
  const sockets = new Set<Socket>()
  const front = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    carry(socket, stream => server.injectSocket(stream))
  })
  await new Promise<void>(resolve => front.listen(0, '127.0.0.1', resolve))
  const { port } = front.address() as { port: number }
  const folder = tempDir()
  mkdirSync(`${folder}/ssh`, { mode: 0o700 })
  const rig = dialRig(folder, trusting())
  return {
    rig,
    port,
    dial: () => rig.dial({ port }),
    stop: () => {
      rig.stop()
      front.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Calls back with the channel of each command that a client runs. */
export function onCommand(client: Client, run: (channel: ServerChannel, command: string) => void): void {
  client.on('session', accept =>
    accept().on('exec', (take, _refuse, { command }) => {
      const channel = take()
      channel.on('error', () => {})
      run(channel, command)
    }),
  )
}

/** Sends a packet at once, even during a key exchange. */
export function sendNow({ _packetRW: { write }, _cipher }: ServerProtocol, payload: Buffer): void {
  const packet = write.alloc(payload.length, true)
  packet.set(payload, write.allocStartKEX)
  _cipher.encrypt(write.finalize(packet, true))
}
