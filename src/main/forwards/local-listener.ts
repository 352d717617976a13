import { lstat, unlink } from 'node:fs/promises'
import { connect, createServer, Server, type Socket } from 'node:net'

import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Endpoint } from '../../shared/contract/forwards.ts'
import type { ListenChoice } from './own-address.ts'
import { processOnPort } from './port-owner.ts'

/** A local listener, until disposed. */
export interface LocalListener extends Disposable {
  /** The actual listening address, with the port that was free. */
  readonly at: Endpoint
  /** The address for a browser: one that no other host's pages use, if possible. */
  readonly page: Endpoint
}

export interface ListenOptions {
  readonly onConnection: (socket: Socket) => void
  /** Uses the next free port if the requested one is in use. */
  readonly freePort: boolean
  /** One more address for the same port, used if available. */
  readonly besides?: string | null
}

const triedPorts = 100
const highestPort = 65_535

/** Listens at the first choice whose address this computer has. Errors: the same as `listenLocally`. */
export async function listenAtFirst(
  choices: readonly ListenChoice[],
  options: Omit<ListenOptions, 'besides'>,
): Promise<LocalListener> {
  for (const [index, { at, besides }] of choices.entries()) {
    try {
      return await listenLocally(at, { ...options, besides })
    } catch (error) {
      const lacksAddress = error instanceof AppError && error.code === 'name-not-found'
      if (!lacksAddress || index === choices.length - 1) throw error
    }
  }
  throw new AppError('invalid-input', 'There is no address to listen on.')
}

/**
 * Listens on an address and port, or on a Unix socket that only this user may use. `localhost` is both 127.0.0.1 and
 * ::1, `*` every interface. Errors: `port-taken` (naming the process if the system reveals it), `no-permission`,
 * `name-not-found`.
 */
export async function listenLocally(wanted: Endpoint, options: ListenOptions): Promise<LocalListener> {
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
    // Not every system has both families, but another program on the same name and port would answer instead of Hawser.
    const clash = others.some(other => 'error' in other && other.error.code === 'EADDRINUSE')
    const servers = [server, ...others].filter(each => each instanceof Server)
    if (!clash) return finish({ address, port: real, servers }, options)
    servers.forEach(each => each.close())
    if (at >= last && port !== 0)
      throw await listenError(Object.assign(new Error('taken'), { code: 'EADDRINUSE' }), wanted)
  }
}

/** Adds the extra address, which may fail silently: the page is then at the address of the main listener. */
async function finish(
  { address, port, servers }: { readonly address: string; readonly port: number; readonly servers: readonly Server[] },
  options: ListenOptions,
): Promise<LocalListener> {
  const at: Endpoint = { kind: 'tcp', address, port }
  const besides = options.besides ?? null
  const more = besides === null ? null : await tryListen({ host: besides, port }, options)
  const all = more instanceof Server ? [...servers, more] : servers
  // A listener on every interface already covers that address.
  const isCovered = address !== 'localhost' && more !== null && 'error' in more && more.error.code === 'EADDRINUSE'
  const page = besides !== null && (more instanceof Server || isCovered) ? { ...at, address: besides } : at
  return { at, page, dispose: () => all.forEach(each => each.close()) }
}

function addressesOf(address: string): readonly [string, ...string[]] {
  if (address === 'localhost') return ['127.0.0.1', '::1']
  return address === '*' ? ['0.0.0.0', '::'] : [address]
}

async function listenUnix(path: string, options: ListenOptions): Promise<LocalListener> {
  if (process.platform === 'win32')
    throw new AppError('unsupported', 'Windows doesn’t support forwarding Unix sockets. Forward a port instead.')
  await takeAwayDead(path)
  const before = process.umask(0o177)
  // The name is created synchronously, before any other code of this turn.
  const listening = tryListen({ path }, options)
  process.umask(before)
  const server = await listening
  if ('error' in server) throw await listenError(server.error, { kind: 'unix', path })
  const at: Endpoint = { kind: 'unix', path }
  return { at, page: at, dispose: () => server.close() }
}

/** Deletes a socket left behind by a program that died, and nothing else. */
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
      // One connection that could not be accepted must not end the others.
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
    return new AppError(
      'port-taken',
      `${what} is in use by ${by}. Choose another port, or let Hawser use the next free one.`,
    )
  }
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new AppError(
      'no-permission',
      `Permission denied for ${what}. Ports below 1024 are privileged: choose a higher one.`,
    )
  if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL')
    return new AppError('name-not-found', 'This computer doesn’t have that listening address. Use 127.0.0.1.')
  return new AppError('refused', `Can’t listen on ${what} (${error.code ?? error.message}).`)
}
