import { execFileSync, execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createServer as createHttp } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { open as openProxy, type Link } from '../../../scripts/tcp-proxy.mjs'
import type { Endpoint } from '../../shared/contract/forwards.ts'
import { echoServer, forwardRig, listenOn } from '../../testing/forward-rig.ts'
import { freePort, hasOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import type { ForwardRunner } from './forward-runner.ts'

const tcp = (port: number, address = '127.0.0.1'): Endpoint => ({ kind: 'tcp', address, port })

async function serving(server: Server, at: number | string = 0): Promise<number> {
  const port = await listenOn(server, at)
  onTestFinished(() => void server.close())
  return port
}

async function rig(options: Parameters<typeof forwardRig>[1] = {}) {
  const made = await forwardRig(tempDir(), options)
  onTestFinished(() => made.stop())
  return made
}

function portOf(runner: ForwardRunner): number {
  const { listening } = runner
  if (listening?.kind !== 'tcp') throw new Error(`not listening: ${JSON.stringify(runner.state)}`)
  return listening.port
}

/** Sends everything, ends its side, and resolves to the data received until the peer ended. */
function exchange(port: number | string, data: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(
      typeof port === 'string' ? { path: port, allowHalfOpen: true } : { host: '127.0.0.1', port, allowHalfOpen: true },
    )
    const parts: Buffer[] = []
    socket.on('data', part => parts.push(part))
    socket.on('end', () => {
      socket.end()
      resolve(Buffer.concat(parts))
    })
    socket.on('error', reject)
    socket.end(data)
  })
}

const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex')

describe.skipIf(!hasOpenSsh)('a forward', () => {
  test('carries all bytes both ways, and the end of one side is not the end of the other', async () => {
    const { run } = await rig()
    const runner = await run({ kind: 'local', listen: tcp(0), to: tcp(await serving(echoServer())) })
    expect(runner.state.kind).toBe('up')
    const data = randomBytes(5_000_000)
    expect(hash(await exchange(portOf(runner), data))).toBe(hash(data))
    const { bytesOut, bytesIn, ever } = runner.snapshot(Date.now()).counters
    expect([bytesOut, bytesIn, ever]).toEqual([5_000_000, 5_000_000, 1])
  })

  test('to localhost listens on both families', async () => {
    const { run } = await rig()
    const runner = await run({ kind: 'local', listen: tcp(0, 'localhost'), to: tcp(await serving(echoServer())) })
    const socket = connect({ host: '::1', port: portOf(runner) })
    onTestFinished(() => void socket.destroy())
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  })

  test('accepts Unix sockets at either end', async () => {
    const { run } = await rig()
    const folder = tempDir()
    const there = join(folder, 'there.sock')
    await serving(echoServer(), there)
    const here = join(folder, 'here.sock')
    await run({ kind: 'local', listen: { kind: 'unix', path: here }, to: { kind: 'unix', path: there } })
    expect(String(await exchange(here, Buffer.from('through')))).toBe('through')
    expect(execFileSync('stat', ['-c', '%a', here], { encoding: 'utf8' }).trim()).toBe('600')
    const far = join(folder, 'far.sock')
    await run({ kind: 'remote', listen: { kind: 'unix', path: far }, to: { kind: 'unix', path: there } })
    expect(String(await exchange(far, Buffer.from('back')))).toBe('back')
  })

  test('from the host leads to this computer, on the port that the server chose, until it is stopped', async () => {
    const { run } = await rig()
    const runner = await run({ kind: 'remote', listen: tcp(0, 'localhost'), to: tcp(await serving(echoServer())) })
    const port = portOf(runner)
    expect(port).toBeGreaterThan(0)
    expect(String(await exchange(port, Buffer.from('hello')))).toBe('hello')
    runner.dispose()
    await vi.waitFor(() => expect(exchange(port, Buffer.from('x'))).rejects.toMatchObject({ code: 'ECONNREFUSED' }), {
      timeout: 5_000,
    })
  })

  test.skipIf(lacks('curl'))(
    'as a SOCKS proxy serves curl in every dialect, and leaves names to the far side',
    async () => {
      const { run } = await rig()
      const web = createHttp((_request, response) => response.end('the page'))
      const port = await serving(web)
      const runner = await run({ kind: 'dynamic', listen: tcp(0), to: null })
      for (const dialect of ['--socks5-hostname', '--socks5', '--socks4', '--socks4a']) {
        const { stdout } = await promisify(execFile)('curl', [
          '-s',
          dialect,
          `127.0.0.1:${portOf(runner)}`,
          `http://localhost:${port}/`,
        ])
        expect(stdout, dialect).toBe('the page')
      }
      const closed = await freePort()
      const refused = await promisify(execFile)('curl', [
        '-s',
        '--socks5-hostname',
        `127.0.0.1:${portOf(runner)}`,
        `http://127.0.0.1:${closed}/`,
      ]).catch((error: { code: number }) => error.code)
      expect(refused).not.toBe(0)
      expect(runner.snapshot(Date.now()).lastError?.message).toContain('refused')
      expect(runner.state.kind).toBe('up')
    },
  )

  test('whose destination refuses reports it in its row, and stays', async () => {
    const made = await rig()
    const runner = await made.run({ kind: 'local', listen: tcp(0), to: tcp(await freePort()) })
    await expect(exchange(portOf(runner), Buffer.from('x'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(runner.snapshot(Date.now()).lastError?.message).toContain('refused the connection')
    expect([runner.state.kind, made.refused()]).toEqual(['up', 1])
  })

  test.each([
    ['AllowTcpForwarding no', 'does not allow'],
    ['PermitOpen 10.0.0.1:1', 'does not allow'],
  ])('through a server with %s reports what forbids it', async (line, words) => {
    const { run } = await rig({ lines: [line] })
    const runner = await run({ kind: 'local', listen: tcp(0), to: tcp(await serving(echoServer())) })
    await expect(exchange(portOf(runner), Buffer.from('x'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(runner.snapshot(Date.now()).lastError?.message).toContain(words)
    const back = await run({ kind: 'remote', listen: tcp(0, 'localhost'), to: tcp(1) })
    if (line.startsWith('Allow'))
      expect(back.state).toMatchObject({ kind: 'failed', error: { code: 'server-refused' } })
  })

  test('of a port in use takes the next one, or names its owner', async () => {
    const { run } = await rig()
    const taken = await serving(echoServer())
    const next = await run({ kind: 'local', listen: tcp(taken), to: tcp(taken), freePort: true })
    expect(portOf(next)).toBeGreaterThan(taken)
    const stubborn = await run({ kind: 'local', listen: tcp(taken), to: tcp(taken), freePort: false })
    expect(stubborn.state).toMatchObject({ kind: 'failed', error: { code: 'port-taken' } })
    if (process.platform === 'linux')
      expect((stubborn.state as { error: { message: string } }).error.message).toContain(`(pid ${process.pid})`)
  })

  test('opened and closed 500 times leaves no connection behind', { timeout: 60_000 }, async () => {
    const { run } = await rig()
    const runner = await run({ kind: 'local', listen: tcp(0), to: tcp(await serving(echoServer())) })
    for (let round = 0; round < 10; round++) {
      const data = randomBytes(2_000)
      const all = await Promise.all(Array.from({ length: 50 }, () => exchange(portOf(runner), data)))
      expect(all.every(each => each.equals(data))).toBe(true)
    }
    await vi.waitFor(() => expect(runner.snapshot(Date.now()).counters).toMatchObject({ now: 0, ever: 500 }))
  })

  test('whose reader is slow makes the sender wait, and fills no memory', { timeout: 30_000 }, async () => {
    const { run } = await rig()
    let sent = 0
    const flood = createServer(socket => {
      const piece = Buffer.alloc(256 * 1024)
      const push = () => {
        while (socket.write(piece)) sent += piece.length
        sent += piece.length
      }
      socket.on('drain', push).on('error', () => socket.destroy())
      push()
    })
    const runner = await run({ kind: 'local', listen: tcp(0), to: tcp(await serving(flood)) })
    const reader = connect({ host: '127.0.0.1', port: portOf(runner) })
    onTestFinished(() => void reader.destroy())
    reader.pause()
    let before = -1
    await vi.waitFor(
      () => {
        const grown = sent - before
        before = sent
        expect(grown).toBe(0)
      },
      { timeout: 20_000, interval: 500 },
    )
    // The buffers of two kernels, the window of the channel, and Hawser's own.
    expect(sent).toBeLessThan(40_000_000)
  })

  // The long outages take minutes: HAWSER_LONG_TESTS=1 runs them.
  const outages = process.env['HAWSER_LONG_TESTS'] ? [1, 6, 20, 300] : [1, 6]
  test.each(outages)(
    'is up within 5 seconds after its link was away for %i seconds, and connections meanwhile wait for it',
    { timeout: 400_000 },
    async seconds => {
      let link: Link | undefined
      let real = 0
      const { run } = await rig({ port: async at => ((real = at), (link = await openProxy(at)), link.port) })
      if (!link) throw new Error('no link')
      const { port } = link
      const runner = await run({ kind: 'local', listen: tcp(0), to: tcp(await serving(echoServer())) })
      // The address itself is gone, as when the network is down: connections are refused.
      link.reset()
      await link.close()
      await vi.waitFor(() => expect(runner.state.kind).toBe('waiting'), { timeout: 5_000 })
      await new Promise(resolve => setTimeout(resolve, seconds * 1000))
      const early = exchange(portOf(runner), Buffer.from('early')).catch(String)
      const back = await openProxy(real, { listenPort: port })
      onTestFinished(() => back.close())
      await vi.waitFor(() => expect(runner.state.kind).toBe('up'), { timeout: 5_000 })
      expect(String(await early)).toBe('early')
      expect(String(await exchange(portOf(runner), Buffer.from('again')))).toBe('again')
    },
  )

  test('whose sign-in fails waits for the user, and probes no more', async () => {
    const { dial, run } = await rig({ signIn: 'password' })
    const runner = await run({ kind: 'local', listen: tcp(0), to: tcp(1) })
    expect(runner.state).toMatchObject({ kind: 'needs-you', error: { code: 'auth-failed' } })
    const asked = dial.asked.length
    runner.retryNow(false)
    await new Promise(resolve => setTimeout(resolve, 1_500))
    expect([runner.state.kind, dial.asked.length]).toEqual(['needs-you', asked])
  })
})
