import { connect, type Socket } from 'node:net'

import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Endpoint, Forward } from '../../shared/contract/forwards.ts'
import type { Channel, Connection } from '../ssh/connection.ts'
import type { Incoming } from '../ssh/remote-listeners.ts'
import { joinStreams, resetSocket } from './join-streams.ts'
import { SocksReader, type SocksFailure, type SocksTarget } from './socks.ts'
import type { Traffic } from './traffic.ts'

/** Everything that a connection through a forward needs. */
export interface Carrying {
  readonly traffic: Traffic
  readonly signal: AbortSignal
  /** Called when one connection could not be opened; the forward itself stays. */
  readonly onRefused: (error: AppError) => void
}

// A program that connects to the proxy and sends nothing is dropped.
const greetMs = 10_000
const connectMs = 10_000
// Each uses a local file descriptor, and the remote side decides how many arrive.
const maxIncoming = 256

/** Carries one local connection to the destination of the forward. Ends the socket on failure. Never throws. */
export async function carry(
  socket: Socket,
  connection: Connection,
  { forward, ...carrying }: Carrying & { forward: Forward },
): Promise<void> {
  try {
    if (forward.to === null) return await carrySocks(socket, connection, carrying)
    const channel = await openRemote(connection, forward.to, carrying.signal)
    join(socket, channel, { ...carrying, connection })
  } catch (error) {
    resetSocket(socket)
    reportRefusal(error, carrying)
  }
}

/**
 * Listens on the server and carries its connections to a local port or socket, until disposed: up to 256 at once,
 * beyond which further ones are refused.
 */
export async function startRemoteForward(
  connection: Connection,
  { listen, to }: Forward,
  carrying: Carrying,
): Promise<{ readonly at: Endpoint } & Disposable> {
  if (to === null) throw new AppError('invalid-input', 'A remote forward needs a destination on this computer.')
  let open = 0
  const onIncoming = (incoming: Incoming) => {
    if (open >= maxIncoming) {
      incoming.refuse()
      const text = `This forward has ${maxIncoming} open connections. New ones are refused.`
      return carrying.onRefused(new AppError('too-many-connections', text))
    }
    open++
    void takeIncoming(incoming, to, { ...carrying, connection, onOver: () => open-- })
  }
  if (listen.kind === 'unix') {
    const listener = await connection.listenRemoteUnix(listen.path, onIncoming, carrying.signal)
    return { at: listen, dispose: () => listener.dispose() }
  }
  // The empty address means all interfaces, which the server allows by its GatewayPorts (RFC 4254, 7.1).
  const address = listen.address === '*' ? '' : listen.address
  const listener = await connection.listenRemotely({ address, port: listen.port }, onIncoming, carrying.signal)
  return { at: { ...listen, port: listener.port }, dispose: () => listener.dispose() }
}

type Joining = Carrying & { readonly connection: Connection }

async function takeIncoming(
  incoming: Incoming,
  to: Endpoint,
  { onOver, ...carrying }: Joining & { readonly onOver: () => void },
): Promise<void> {
  let socket: Socket
  try {
    socket = await connectLocal(to)
  } catch (error) {
    incoming.refuse()
    onOver()
    return reportRefusal(error, carrying)
  }
  socket.once('close', onOver)
  try {
    join(socket, incoming.accept(), carrying)
  } catch (error) {
    // The connection was lost meanwhile, which is reported to the forward separately.
    socket.destroy()
    if (!(error instanceof AppError)) throw error
  }
}

function connectLocal(to: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const where = to.kind === 'unix' ? to.path : `${to.address}:${to.port}`
    const at = to.kind === 'unix' ? { path: to.path } : { host: to.address, port: to.port }
    const socket = connect({ ...at, allowHalfOpen: true, noDelay: true })
    const fail = (text: string) => {
      socket.destroy()
      reject(new AppError('unreachable', text))
    }
    socket.setTimeout(connectMs, () => fail(`${where} on this computer doesn’t respond.`))
    socket.once('error', () => fail(`Nothing is listening on ${where} on this computer. Start the program first.`))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('error')
      socket.on('error', () => socket.destroy())
      socket.pause()
      resolve(socket)
    })
  })
}

async function carrySocks(socket: Socket, connection: Connection, carrying: Carrying): Promise<void> {
  const reader = new SocksReader()
  const asked = await readSocks(socket, reader)
  if ('why' in asked) {
    socket.end(asked.reply)
    return carrying.onRefused(new AppError('unsupported', `The SOCKS proxy refused a connection: ${asked.why}.`))
  }
  const { target, rest } = asked
  try {
    const channel = await connection.connectFromServer(target.address, target.port, carrying.signal)
    socket.write(reader.granted())
    if (rest.length > 0) socket.unshift(rest)
    join(socket, channel, { ...carrying, connection })
  } catch (error) {
    socket.end(reader.failed(socksFailure(error)))
    reportRefusal(error, carrying)
  }
}

type Asked = { readonly target: SocksTarget; readonly rest: Buffer } | { readonly why: string; readonly reply: Buffer }

function readSocks(socket: Socket, reader: SocksReader): Promise<Asked> {
  return new Promise(resolve => {
    let waiting: Buffer = Buffer.alloc(0)
    const done = (asked: Asked) => {
      clearTimeout(timer)
      socket.off('data', take)
      socket.off('close', gone)
      socket.pause()
      resolve(asked)
    }
    const gone = () => done({ why: 'a program disconnected before sending its request', reply: Buffer.alloc(0) })
    const timer = setTimeout(gone, greetMs)
    const take = (data: Buffer) => {
      waiting = Buffer.concat([waiting, data])
      for (;;) {
        const step = reader.read(waiting)
        if (step.kind === 'refuse') return done(step)
        if (step.kind === 'connect') return done(step)
        waiting = step.rest
        if (step.reply === null) return
        socket.write(step.reply)
      }
    }
    socket.on('data', take)
    socket.once('close', gone)
    socket.resume()
  })
}

function socksFailure(error: unknown): SocksFailure {
  const { code } = error as { code?: unknown }
  if (code === 'refused') return 'refused'
  if (code === 'server-refused') return 'forbidden'
  if (code === 'timed-out') return 'timed-out'
  return code === 'unreachable' || code === 'name-not-found' ? 'unreachable' : 'general'
}

function openRemote(connection: Connection, to: Endpoint, signal: AbortSignal): Promise<Channel> {
  if (to.kind === 'unix') return connection.connectUnixFromServer(to.path, signal)
  return connection.connectFromServer(to.address, to.port, signal)
}

function join(socket: Socket, channel: Channel, { traffic, signal, connection }: Joining): void {
  if (socket.destroyed || signal.aborted || connection.isClosed) {
    socket.destroy()
    return void channel.close()
  }
  traffic.opened()
  joinStreams(socket, channel, {
    onBytes: (way, bytes) => traffic.passed(way, bytes),
    onClosed: () => traffic.closed(),
    signal,
    onLost: connection.onClosed,
  })
}

function reportRefusal(error: unknown, { onRefused, signal }: Carrying): void {
  if (signal.aborted) return
  if (!(error instanceof AppError)) throw error
  if (error.code !== 'cancelled') onRefused(error)
}
