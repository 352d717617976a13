import { createServer, type AddressInfo } from 'node:net'

import type { Connection as ServerClient, ServerChannel } from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'

import { forward as forwardShape } from '../../shared/contract/forwards.ts'
import type { AppError } from '../../shared/base/errors.ts'
import { rawServer } from '../../testing/raw-ssh.ts'
import { startRemoteForward } from './routes.ts'
import { Traffic } from './traffic.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const { signal } = new AbortController()

describe('a forward from the host', () => {
  it('accepts 256 connections at once, refuses more, and accepts others once some have ended', async () => {
    const here = createServer(socket => void socket.on('error', () => {}).resume())
    await new Promise<void>(resolve => here.listen(0, '127.0.0.1', resolve))
    let server: ServerClient | undefined
    const remote = await rawServer(client => {
      server = client
      client.on('request', accept => accept?.())
    })
    ends.push(
      () => remote.stop(),
      () => here.close(),
    )
    const forward = forwardShape.parse({
      id: 'c0ffee00-0000-4000-8000-000000000000',
      label: 'back',
      kind: 'remote',
      target: { kind: 'address', address: '127.0.0.1' },
      listen: { kind: 'tcp', address: '127.0.0.1', port: 4000 },
      to: { kind: 'tcp', address: '127.0.0.1', port: (here.address() as AddressInfo).port },
    })
    const refused: AppError[] = []
    const carrying = { traffic: new Traffic(), signal, onRefused: (error: AppError) => refused.push(error) }
    const listener = await startRemoteForward(await remote.dial(), forward, carrying)
    ends.push(() => listener.dispose())
    const open = () =>
      new Promise<ServerChannel | null>(resolve =>
        server?.forwardOut('127.0.0.1', 4000, '127.0.0.1', 1, (error, channel) => resolve(error ? null : channel)),
      )
    const all = await Promise.all(Array.from({ length: 300 }, open))
    const taken = all.filter(channel => channel !== null)
    expect([taken.length, refused.length]).toEqual([256, 44])
    expect(refused[0]).toMatchObject({ code: 'too-many-connections' })
    for (const channel of taken.slice(0, 10)) channel.close()
    await expect.poll(async () => (await open()) !== null).toBe(true)
  })
})
