import { lstat, unlink } from 'node:fs/promises'
import { connect, createServer, Server, type Socket } from 'node:net'

import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Endpoint } from '../../shared/contract/forwards.ts'
import { processOnPort } from './port-owner.ts'

/** Something that listens on this computer until disposed. */
export interface LocalListener extends Disposable {
  /** Where it really listens: with the port that was free. */
  readonly at: Endpoint
}

export interface ListenOptions {
  readonly onConnection: (socket: Socket) => void
  /** Takes the next free port when the wanted one is not. */
  readonly freePort: boolean
}

const triedPorts = 100
const highestPort = 65_535

/**
 * Listens on an address and port, or on a Unix socket that only this user may use. `localhost` is both 127.0.0.1 and
 * ::1, `*` every interface. Throws `port-taken` (naming the process where the system tells), `no-permission`,
 * `name-not-found`.
 */
export async function listenHere(wanted: Endpoint, options: ListenOptions): Promise<LocalListener> {
  if (wanted.kind === 'unix') return listenUnix(wanted.path, options)
  const { address, port } = wanted
  const [first, ...more] = addressesOf(address)
  const last = options.freePort && port !== 0 ? Math.min(highestPort, port + triedPorts - 1) : port
  for (let at = port; ; at += port === 0 ? 0 : 1) {
    const server = await tryListen({ host: first, port: at }, options)
    if ('error' in server) {
      if (server.error.code === 'EADDRINUSE' && at < last) continue
      throw await listenError(server.error, wanted)
    }
    const real = (server.address() as { port: number }).port
    const others = await Promise.all(more.map(host => tryListen({ host, port: real }, options)))
    // Not every system has the second family; but somebody else's port under the same name would answer in our place.
    const clash = others.some(other => 'error' in other && other.error.code === 'EADDRINUSE')
    const servers = [server, ...others].filter(each => each instanceof Server)
    const dispose = () => servers.forEach(each => each.close())
    if (!clash) return { at: { kind: 'tcp', address, port: real }, dispose }
    dispose()
    if (at >= last && port !== 0)
      throw await listenError(Object.assign(new Error('taken'), { code: 'EADDRINUSE' }), wanted)
  }
}

function addressesOf(address: string): readonly [string, ...string[]] {
  if (address === 'localhost') return ['127.0.0.1', '::1']
  return address === '*' ? ['0.0.0.0', '::'] : [address]
}

async function listenUnix(path: string, options: ListenOptions): Promise<LocalListener> {
  if (process.platform === 'win32')
    throw new AppError('unsupported', 'Windows has no Unix sockets that ssh could use. Forward a port instead.')
  await takeAwayDead(path)
  const before = process.umask(0o177)
  // The name is made at once, before anything else of this turn runs.
  const listening = tryListen({ path }, options)
  process.umask(before)
  const server = await listening
  if ('error' in server) throw await listenError(server.error, { kind: 'unix', path })
  return { at: { kind: 'unix', path }, dispose: () => server.close() }
}

/** A socket that a program left behind when it died; nothing else that stands there is touched. */
async function takeAwayDead(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (!found?.isSocket()) return
  const alive = await new Promise<boolean>(resolve => {
    const probe = connect(path)
    probe.once('connect', () => (probe.destroy(), resolve(true)))
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
  if (!alive) await unlink(path).catch(() => {})
}

function tryListen(
  at: { host: string; port: number } | { path: string },
  { onConnection }: ListenOptions,
): Promise<Server | { readonly error: NodeJS.ErrnoException }> {
  return new Promise(resolve => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, onConnection)
    server.once('error', error => resolve({ error }))
    server.listen({ ...at, ...('host' in at && at.host === '::' ? { ipv6Only: true } : {}) }, () => {
      server.removeAllListeners('error')
      // One connection that could not be taken is not the end of the others.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

async function listenError(error: NodeJS.ErrnoException, wanted: Endpoint): Promise<AppError> {
  const what = wanted.kind === 'unix' ? wanted.path : `Port ${wanted.port}`
  if (error.code === 'EADDRINUSE') {
    const owner = wanted.kind === 'tcp' ? await processOnPort(wanted.port) : null
    const by = owner === null ? 'another program' : owner
    return new AppError('port-taken', `${what} is in use by ${by}. Choose another one, or let Hawser take the next.`)
  }
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new AppError(
      'no-permission',
      `${what} may not be listened on. Ports below 1024 are the system’s: choose one above.`,
    )
  if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL')
    return new AppError('name-not-found', 'This computer does not have the address to listen on. Choose 127.0.0.1.')
  return new AppError('refused', `${what} can’t be listened on (${error.code ?? error.message}).`)
}
