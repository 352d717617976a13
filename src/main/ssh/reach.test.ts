import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'

import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Proxy } from '../../shared/contract/hosts.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { dialRig, trusting, type DialRig } from '../../testing/dial.ts'
import { startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import { usualOptions, type HopOptions, type Through } from './hop-options.ts'
import { proxyPasswordName } from '../storage/secret-names.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const run of cleanUp.splice(0)) run()
})
const allow = (question: Question): Answer | null =>
  question.kind === 'run-command' ? { kind: 'run' } : trusting()(question)
const through = (way: Through): { options: HopOptions } => ({ options: { ...usualOptions, through: way } })

describe.skipIf(lacks('sshd', 'nc'))('a server behind a ProxyCommand', () => {
  it('is reached once the user allows exactly that command, which ends with the connection', async () => {
    const { rig, hop, folder } = await setUp(allow)
    const pidFile = join(folder, 'pid')
    const command = `sh -c 'echo $$ > ${pidFile}; exec nc 127.0.0.1 ${hop.port}'`
    const connection = await rig.dial({ ...hop, ...through({ kind: 'command', command, place: 'config:3' }) })
    expect(rig.asked[0]).toMatchObject({ kind: 'run-command', command, place: 'config:3' })
    expect(connection.isClosed).toBe(false)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    expect(process.kill(pid, 0)).toBe(true)
    connection.dispose()
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow())
  })

  it('is not dialed, and nothing runs, when the user says no', async () => {
    const { rig, hop, folder } = await setUp(() => null)
    const ran = join(folder, 'ran')
    const way = through({ kind: 'command', command: `touch ${ran}`, place: 'config:3' })
    await expect(rig.dial({ ...hop, ...way })).rejects.toMatchObject({ code: 'cancelled' })
    expect(existsSync(ran)).toBe(false)
  })

  it('that ends at once is reported with its output', async () => {
    const { rig, hop } = await setUp(allow)
    const way = through({ kind: 'command', command: 'sh -c "echo no such gate >&2; exit 3"', place: 'config:3' })
    await expect(rig.dial({ ...hop, ...way })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no such gate') as string,
    })
  })
})

describe.skipIf(lacks('sshd'))('a server behind a proxy', () => {
  it.each(['http', 'socks5', 'socks4'] as const)('of kind %s is reached', async kind => {
    const { rig, hop } = await setUp(trusting())
    const port = await startProxy(kind, hop.port)
    const proxy: Proxy = { kind, address: '127.0.0.1', port, user: null }
    const connection = await rig.dial({ ...hop, ...through(proxy) })
    expect(connection.isClosed).toBe(false)
  })

  it.each(['http', 'socks5'] as const)('of kind %s with a password asks for it once and remembers it', async kind => {
    const { rig, hop } = await setUp(question =>
      question.kind === 'secrets' && 'title' in question && question.title.startsWith('Password for me@127.0.0.1')
        ? { kind: 'secrets', secrets: [rig.asked.length === 1 ? 'wrong' : 'right'], remember: true }
        : trusting()(question),
    )
    const port = await startProxy(kind, hop.port, 'me:right')
    const proxy: Proxy = { kind, address: '127.0.0.1', port, user: 'me' }
    const connection = await rig.dial({ ...hop, ...through(proxy) })
    expect(connection.isClosed).toBe(false)
    expect(rig.asked.filter(({ kind: asked }) => asked === 'secrets')).toHaveLength(2)
    expect(rig.secrets.get(proxyPasswordName(proxy))).toBe('right')
  })

  it('that refuses the connection is reported', async () => {
    const { rig, hop } = await setUp(trusting())
    const port = await startProxy('http', null)
    const proxy: Proxy = { kind: 'http', address: '127.0.0.1', port, user: null }
    await expect(rig.dial({ ...hop, ...through(proxy) })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('HTTP/1.1 403') as string,
    })
  })
})

async function setUp(
  reply: (question: Question) => Answer | null,
): Promise<{ rig: DialRig; hop: Hop; folder: string }> {
  const folder = tempDir()
  const server = await startOpenSsh(folder)
  const rig = dialRig(folder, reply)
  cleanUp.push(
    () => rig.stop(),
    () => server.stop(),
  )
  return { rig, folder, hop: { port: server.port, user: server.user, signIn: 'key', keyFile: server.id } }
}

interface Hop {
  readonly port: number
  readonly user: string
  readonly signIn: 'key'
  readonly keyFile: string
}

/** A proxy that connects every request to one local port; null refuses all. */
function startProxy(kind: Proxy['kind'], to: number | null, login?: string): Promise<number> {
  const server = createServer(socket => {
    cleanUp.push(() => socket.destroy())
    socket.on('error', () => {})
    if (kind === 'http') serveHttp(socket, to, login)
    else if (kind === 'socks5') serveSocks5(socket, to, login)
    else serveSocks4(socket, to)
  })
  cleanUp.push(() => server.close())
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function lead(socket: Socket, to: number | null): void {
  const target = connect(to ?? 1, '127.0.0.1')
  cleanUp.push(() => target.destroy())
  target.on('error', () => socket.destroy())
  socket.pipe(target).pipe(socket)
}

function serveHttp(socket: Socket, to: number | null, login: string | undefined): void {
  socket.once('data', head => {
    const given = /Proxy-Authorization: Basic (\S+)/.exec(head.toString())?.[1]
    if (to === null) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    if (login !== undefined && given !== Buffer.from(login).toString('base64'))
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    lead(socket, to)
  })
}

function serveSocks5(socket: Socket, to: number | null, login: string | undefined): void {
  socket.once('data', () => {
    socket.write(Buffer.from([5, login === undefined ? 0 : 2]))
    const connected = () =>
      socket.once('data', () => {
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        lead(socket, to)
      })
    if (login === undefined) {
      connected()
      return
    }
    socket.once('data', (data: Buffer) => {
      const name = data.subarray(2, 2 + (data[1] ?? 0)).toString()
      const password = data.subarray(3 + (data[1] ?? 0)).toString()
      const right = `${name}:${password}` === login
      socket.write(Buffer.from([1, right ? 0 : 1]))
      if (right) connected()
      else socket.end()
    })
  })
}

function serveSocks4(socket: Socket, to: number | null): void {
  socket.once('data', () => {
    socket.write(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]))
    lead(socket, to)
  })
}
