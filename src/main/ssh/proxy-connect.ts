import type { Socket } from 'node:net'

import { SocksClient } from 'socks'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Proxy } from '../../shared/contract/hosts.ts'

/** The destination that a proxy is asked to connect to, with the password of its user if it requires one. */
export interface ProxyRequest {
  readonly proxy: Proxy
  readonly address: string
  readonly port: number
  readonly password: string | null
  readonly timeoutMs: number
}

/** The proxy requires a user and password, or rejected the given ones. */
export class ProxyWantsPassword extends Error {}

const maxHead = 16_384

/**
 * Asks a proxy over an open socket to connect to the destination: CONNECT (RFC 9110, 9.3.6), SOCKS 5 (RFC 1928, 1929)
 * or SOCKS 4a. Errors: `ProxyWantsPassword`, or an AppError with the proxy's response.
 */
export async function connectThrough(socket: Socket, request: ProxyRequest): Promise<Socket> {
  if (request.proxy.kind === 'http') return connectHttp(socket, request)
  const { proxy, address, port, password, timeoutMs } = request
  try {
    const { socket: led } = await SocksClient.createConnection({
      command: 'connect',
      existing_socket: socket,
      timeout: timeoutMs,
      destination: { host: address, port },
      proxy: {
        host: proxy.address,
        port: proxy.port,
        type: proxy.kind === 'socks4' ? 4 : 5,
        ...(proxy.user === null ? {} : { userId: proxy.user, password: password ?? '' }),
      },
    })
    return led
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    if (/authentication/i.test(text)) throw new ProxyWantsPassword(text)
    throw refusedBy(proxy, address, /rejected connection - (\w+)/i.exec(text)?.[1] ?? text)
  }
}

function connectHttp(socket: Socket, request: ProxyRequest): Promise<Socket> {
  const { proxy, address, port, password, timeoutMs } = request
  const target = `${address.includes(':') ? `[${address}]` : address}:${port}`
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const settle = (run: () => void) => {
      clearTimeout(timer)
      for (const [event, listener] of listeners) socket.removeListener(event, listener)
      run()
    }
    const fail = (error: Error) => settle(() => reject(error))
    const timer = setTimeout(
      () => fail(new AppError('timed-out', `The proxy ${proxy.address}:${proxy.port} did not respond. Try again.`)),
      timeoutMs,
    )
    const read = (data: Buffer) => {
      head = Buffer.concat([head, data])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) {
        if (head.length > maxHead) fail(refusedBy(proxy, address, 'its response is not HTTP'))
        return
      }
      const line = head.subarray(0, head.indexOf('\r\n')).toString('latin1')
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1]
      if (status === '407') return fail(new ProxyWantsPassword(line))
      if (status?.startsWith('2') !== true) return fail(refusedBy(proxy, address, line))
      settle(() => {
        socket.pause()
        const rest = head.subarray(end + 4)
        if (rest.length > 0) socket.unshift(rest)
        resolve(socket)
      })
    }
    const closed = () => fail(refusedBy(proxy, address, 'it closed the connection'))
    const listeners = [
      ['data', read],
      ['error', closed],
      ['close', closed],
    ] as const
    for (const [event, listener] of listeners) socket.on(event, listener)
    const pair = `${proxy.user}:${password ?? ''}`
    const auth = proxy.user === null ? '' : `Proxy-Authorization: Basic ${Buffer.from(pair).toString('base64')}\r\n`
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${auth}\r\n`)
  })
}

function refusedBy(proxy: Proxy, address: string, why: string): AppError {
  const said = cleanLine(why, 160)
  return new AppError(
    'unreachable',
    `The proxy ${proxy.address}:${proxy.port} could not connect to ${address}: ${said}. Check the proxy and the address.`,
  )
}
