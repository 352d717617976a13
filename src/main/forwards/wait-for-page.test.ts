import { execFileSync, spawn } from 'node:child_process'
import { createServer as createPlain } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'

import { afterEach, describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { waitForPage } from './wait-for-page.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

const listen = async (server: Server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => new Promise(resolve => server.close(resolve)))
  return (server.address() as AddressInfo).port
}
const wait = (port: number, timeoutMs = 10_000) =>
  waitForPage(
    { address: '127.0.0.1', port, secure: false, where: 'the page' },
    { signal: new AbortController().signal, timeoutMs },
  )

describe('waiting for a page', () => {
  it('accepts any response without TLS', async () => {
    const port = await listen(createPlain((_request, response) => response.writeHead(404).end()))
    expect(await wait(port)).toEqual({ status: 404, secure: false })
    const complaining = await listen(createPlain((_request, response) => response.writeHead(400).end()))
    expect(await wait(complaining)).toEqual({ status: 400, secure: false })
  })

  it('tries TLS if there is no plain response, with an untrusted certificate', async () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map(name => join(tempDir(), name)) as [string, string]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-keyout', key, '-out', cert]
    execFileSync('openssl', request, { stdio: 'ignore' })
    const free = createServer()
    free.listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    await new Promise(resolve => free.close(resolve))
    const server = spawn('openssl', ['s_server', '-www', '-accept', `127.0.0.1:${port}`, '-key', key, '-cert', cert], {
      stdio: 'ignore',
    })
    ends.push(() => {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      return ended
    })
    expect(await wait(port)).toEqual({ status: 200, secure: true })
  })

  it('fails if neither way responds', async () => {
    const port = await listen(
      createServer(
        socket =>
          void socket
            .on('error', () => {})
            .resume()
            .end('SSH-2.0-x\r\n'),
      ),
    )
    await expect(wait(port, 1)).rejects.toMatchObject({ code: 'timed-out' })
  })
})
