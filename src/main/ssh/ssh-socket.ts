import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { AppError } from '../../shared/base/errors.ts'
import { toSshError } from './ssh-errors.ts'

const headBytes = 256

/** Connects by TCP within `timeoutMs`; no Nagle, since every keystroke is a packet. Throws an AppError; `cancelled` on abort. */
export function connectTcp(options: {
  address: string
  port: number
  timeoutMs: number
  signal: AbortSignal
}): Promise<Socket> {
  const { address, port, timeoutMs, signal } = options
  const where = port === 22 ? address : `${address}:${port}`
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, autoSelectFamily: true })
    const fail = (error: unknown) => {
      settle()
      socket.destroy()
      reject(toSshError(error, { where, head: '', stage: 'connect' }))
    }
    const timer = setTimeout(() => fail(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs)
    const abort = () => fail(new AppError('cancelled', 'Cancelled'))
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.removeListener('error', fail)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      resolve(socket)
    })
  })
}

/** Keeps the first 256 bytes that come in: what a server says before its greeting is lost in ssh2. */
export function keepHead(stream: Duplex): () => string {
  let head = Buffer.alloc(0)
  const listen = (data: Buffer) => {
    head = Buffer.concat([head, data.subarray(0, headBytes - head.length)])
    if (head.length >= headBytes || head.includes('SSH-')) stream.removeListener('data', listen)
  }
  stream.on('data', listen)
  stream.pause()
  return () => head.toString('latin1')
}
