import { connect, type Socket } from 'node:net'

import { cancelled } from '../../shared/base/abort.ts'
import { toSshError } from './ssh-errors.ts'

// Node's default of 250 ms gives up on addresses that are merely slow.
const nextFamilyMs = 1_500

/**
 * Connects by TCP within `timeoutMs` milliseconds; without Nagle's algorithm, since every keystroke is a packet.
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
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      keepAlive,
      ...(bindAddress === null ? {} : { localAddress: bindAddress }),
      ...(family === 0 ? { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextFamilyMs } : { family }),
    })
    const fail = (error: unknown) => {
      settle()
      socket.destroy()
      reject(toSshError(error, { where, stage: 'connecting' }))
    }
    const timer =
      timeoutMs === 0
        ? undefined
        : setTimeout(() => fail(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs)
    const abort = () => fail(cancelled())
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
      gatherWrites(socket)
      resolve(socket)
    })
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
