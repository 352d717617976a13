import { connect, type Socket } from 'node:net'

import { cancelled } from '../../shared/base/abort.ts'
import { toSshError } from './ssh-errors.ts'

// Node's default of 250 ms gives up on addresses that are merely slow.
const nextFamilyMs = 1_500
// A SYN is repeated at growing intervals: a network that carries again would be noticed seconds later.
const anewMs = 2_000

/**
 * Connects by TCP within `timeoutMs` milliseconds; without Nagle's algorithm, since every keystroke is a packet. While
 * nothing answers, a fresh attempt is made every 2 s.
 * Errors: an AppError; `cancelled` on abort.
 */
export function connectTcp(options: {
  address: string
  port: number
  timeoutMs: number
  signal: AbortSignal
  /** 0 allows addresses of both families. */
  family?: 0 | 4 | 6
  bindAddress?: string | null
  keepAlive?: boolean
}): Promise<Socket> {
  const { address, port, timeoutMs, signal, family = 0, bindAddress = null, keepAlive = false } = options
  const where = port === 22 ? address : `${address}:${port}`
  const open = () =>
    connect({
      host: address,
      port,
      noDelay: true,
      keepAlive,
      ...(bindAddress === null ? {} : { localAddress: bindAddress }),
      ...(family === 0 ? { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextFamilyMs } : { family }),
    })
  return new Promise((resolve, reject) => {
    // The first attempt, which a slow server may still answer, and a fresh one.
    const sockets: Socket[] = []
    const drop = (socket: Socket) => {
      socket.removeListener('error', fail).on('error', () => {})
      socket.destroy()
    }
    const attempt = () => {
      sockets.splice(1).forEach(drop)
      const socket = open()
      sockets.push(socket)
      socket.once('error', fail)
      socket.once('connect', () => {
        settle()
        socket.removeListener('error', fail)
        for (const other of sockets) if (other !== socket) drop(other)
        gatherWrites(socket)
        resolve(socket)
      })
    }
    const fail = (error: unknown) => {
      settle()
      sockets.forEach(drop)
      reject(toSshError(error, { where, stage: 'connecting' }))
    }
    const timer =
      timeoutMs === 0
        ? undefined
        : setTimeout(() => fail(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs)
    const anew = setInterval(attempt, anewMs)
    const abort = () => fail(cancelled())
    const settle = () => {
      clearTimeout(timer)
      clearInterval(anew)
      signal.removeEventListener('abort', abort)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    attempt()
  })
}

/**
 * Passes the packets of one event loop turn to the kernel together: ssh2 writes each separately, and thousands of small
 * requests would cause as many system calls and segments. A keystroke waits at most until the end of its turn.
 */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  let gathering = false
  socket.write = (...args: unknown[]) => {
    if (!gathering) {
      gathering = true
      socket.cork()
      setImmediate(() => {
        gathering = false
        socket.uncork()
      })
    }
    return write(...args)
  }
}
