import type { Socket } from 'node:net'

import type { Event } from '../../shared/base/event.ts'
import type { Channel } from '../ssh/connection.ts'

/** What passes through a forward: `out` leads to the host. */
export type Direction = 'out' | 'in'

/** Ends a socket so that the other side sees that something went wrong; a Unix socket knows no reset. */
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
  /** Both ends are cut when the forward is stopped. */
  readonly signal: AbortSignal
  /** Announced when the connection behind the channel is lost: what came so far is not all there was. */
  readonly onLost: Event<unknown>
}

/**
 * Joins a socket of this computer with a channel until both have ended. An end of one side ends the other's input
 * only; a reset is passed on; a side that does not read makes the other wait.
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
  // The server closes a channel without an end of data when the other side was reset, or the link is gone.
  channel.once('close', () => {
    if (channel.readableEnded) {
      if (!socket.writableEnded) socket.end()
      // Nobody is there to take what it still sends.
      if (!socket.readableEnded) socket.destroySoon()
      finish()
    } else reset()
  })
  socket.once('close', () => {
    // What it sent before its end may still wait for the far side's window.
    if (socket.readableEnded && !channel.writableFinished) channel.once('finish', () => channel.close())
    else channel.close()
    finish()
  })
}
