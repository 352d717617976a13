import type { Socket } from 'node:net'

import type { Event } from '../../shared/base/event.ts'
import type { Channel } from '../ssh/connection.ts'

/** The direction of data through a forward: `out` goes to the host. */
export type Direction = 'out' | 'in'

/** Closes a socket so that the peer sees a failure; a Unix socket has no reset. */
export function resetSocket(socket: Socket): void {
  try {
    socket.resetAndDestroy()
  } catch {
    socket.destroy()
  }
}

export interface JoinHooks {
  readonly onBytes: (way: Direction, bytes: number) => void
  readonly onClosed: () => void
  /** Closes both ends when the forward is stopped. */
  readonly signal: AbortSignal
  /** Emitted when the connection of the channel is lost: the data received so far is incomplete. */
  readonly onLost: Event<unknown>
}

/**
 * Joins a local socket with a channel until both have ended. The end of one side ends only the other's input; a reset
 * is passed on; a side that doesn't read makes the other wait.
 */
export function joinStreams(socket: Socket, channel: Channel, hooks: JoinHooks): void {
  const { onBytes, onClosed, signal, onLost } = hooks
  let over = false
  const finish = () => {
    if (over) return
    over = true
    lost.dispose()
    signal.removeEventListener('abort', reset)
    onClosed()
  }
  const reset = () => {
    channel.close()
    resetSocket(socket)
    finish()
  }
  const lost = onLost(reset)
  signal.addEventListener('abort', reset)
  socket.on('data', data => onBytes('out', data.length))
  channel.on('data', (data: Buffer) => onBytes('in', data.length))
  socket.pipe(channel)
  channel.pipe(socket)
  socket.once('error', reset)
  channel.once('error', reset)
  // The server closes a channel without an end of data if the peer was reset, or the connection is gone.
  channel.once('close', () => {
    if (channel.readableEnded) {
      if (!socket.writableEnded) socket.end()
      // Nobody is left to receive its data.
      if (!socket.readableEnded) socket.destroySoon()
      finish()
    } else reset()
  })
  socket.once('close', () => {
    // Data sent before its end may still wait for the window of the channel.
    if (socket.readableEnded && !channel.writableFinished) channel.once('finish', () => channel.close())
    else channel.close()
    finish()
  })
}
