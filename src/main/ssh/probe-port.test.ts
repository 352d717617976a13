import { createServer, type Socket } from 'node:net'

import { expect, onTestFinished, test } from 'vitest'

import { probePort } from './probe-port.ts'

const { signal } = new AbortController()

/** Listens on a port and does this with each connection. */
function listen(take: (socket: Socket) => void): Promise<{ readonly address: string; readonly port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    take(socket)
  })
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ address: '127.0.0.1', port: (server.address() as { port: number }).port })
    })
  })
}

test('a server that identifies itself is there, be it late', async () => {
  const now = await listen(socket => socket.write('SSH-2.0-x\r\n'))
  const wordy = await listen(socket => socket.write('Welcome\r\nSSH-2.0-x\r\n'))
  const late = await listen(socket => setTimeout(() => socket.write('SSH-2.0-x\r\n'), 50))
  expect(await probePort(now, signal)).toBe(true)
  expect(await probePort(wordy, signal)).toBe(true)
  expect(await probePort(late, signal)).toBe(true)
})

test('a port that accepts connections and closes them is no server, nor is one that stays silent', async () => {
  const closing = await listen(socket => socket.end())
  const resetting = await listen(socket => socket.resetAndDestroy())
  expect(await probePort(closing, signal)).toBe(false)
  expect(await probePort(resetting, signal)).toBe(false)
  const full = await listen(socket => socket.end('Exceeded MaxStartups\r\n'))
  expect(await probePort(full, signal)).toBe(false)
  const silent = await listen(() => {})
  const abort = new AbortController()
  const probing = probePort(silent, abort.signal)
  setTimeout(() => abort.abort(), 50)
  expect(await probing).toBe(false)
})
