import { setTimeout as wait } from 'node:timers/promises'

import type { Connection as ServerClient } from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'

import { rawServer } from '../../testing/raw-ssh.ts'
import type { Incoming } from './remote-listeners.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const { signal } = new AbortController()

async function connect(serve: (client: ServerClient) => void) {
  const server = await rawServer(serve)
  ends.push(() => server.stop())
  return server.dial()
}

describe('listening on the host', () => {
  it('on a port of its choice is refused if it doesn’t report which, and cancelled', async () => {
    const requests: string[] = []
    const connection = await connect(client =>
      client.on('request', (accept, _refuse, name) => {
        if (name.endsWith('tcpip-forward')) requests.push(name)
        accept?.()
      }),
    )
    const listening = connection.listenRemotely({ address: '127.0.0.1', port: 0 }, () => {}, signal)
    await expect(listening).rejects.toMatchObject({ code: 'server-refused' })
    await expect.poll(() => requests).toEqual(['tcpip-forward', 'cancel-tcpip-forward'])
  })

  it('gives a connection accepted before the loss of the SSH connection its own error', async () => {
    let server: ServerClient | undefined
    const connection = await connect(client => {
      server = client
      client.on('request', (accept, _refuse, name) => {
        accept?.()
        if (name === 'tcpip-forward') client.forwardOut('127.0.0.1', 4000, '127.0.0.1', 1, () => {})
      })
    })
    const came = new Promise<Incoming>(resolve => {
      void connection.listenRemotely({ address: '127.0.0.1', port: 4000 }, resolve, signal)
    })
    const incoming = await came
    const lost = new Promise(resolve => connection.onClosed(resolve))
    server?.end()
    await lost
    await wait(5)
    expect(() => incoming.accept()).toThrow(expect.objectContaining({ code: 'lost' }))
    incoming.refuse()
  })
})

describe('a connection that the server ends', () => {
  it('right after it refused a forwarded one is detected, and only then', async () => {
    let server: ServerClient | undefined
    const open = () =>
      connect(client => {
        server = client
        client.on('tcpip', (_accept, refuse) => refuse())
      })
    const refused = await open()
    await expect(refused.connectFromServer('box', 1, signal)).rejects.toMatchObject({ name: 'AppError' })
    server?.end()
    await new Promise(resolve => refused.onClosed(resolve))
    expect(refused.endedByRefusal).toBe(true)
    const other = await open()
    server?.end()
    await new Promise(resolve => other.onClosed(resolve))
    expect(other.endedByRefusal).toBe(false)
  })
})
