import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { OpenedShell } from './connection.ts'

/** How a command or shell ended. `closed`: its channel was closed without an exit status. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | undefined }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: AppError }

/**
 * Calls back once when a command is over (RFC 4254, 6.10): its exit status and the end of its output have come, or its
 * channel was closed, or it failed with its connection. An end of output alone says nothing: the exit status may follow.
 * The caller reads both outputs. Disposing it before stops it.
 */
export function onCommandEnd({ channel, early, connection }: OpenedShell, done: (end: CommandEnd) => void): Disposable {
  let exit = early.exit
  let over = false
  const finish = (end: CommandEnd) => {
    if (over) return
    dispose()
    done(end)
  }
  const closed = () => finish(exit ? { kind: 'exited', code: exit[0], signal: exit[1] } : { kind: 'closed' })
  const look = () => {
    if (exit && channel.readableEnded && channel.stderr.readableEnded) closed()
  }
  const exited = (code: number | null, signal?: string) => {
    exit ??= [code, signal]
    look()
  }
  // ssh2's own errors on a channel are about what is written after its end: its close follows.
  const failed = (error: unknown) => (error instanceof AppError ? finish({ kind: 'failed', error }) : undefined)
  const lost = connection.onClosed(error =>
    failed(error ?? new AppError('cancelled', `The connection to ${connection.where} was closed.`)),
  )
  const dispose = () => {
    over = true
    lost.dispose()
    channel.off('exit', exited).off('error', failed).off('close', closed).off('end', look)
    channel.stderr.off('end', look)
  }
  // ssh2 announces the close after the last byte was read.
  channel.on('exit', exited).on('error', failed).on('close', closed).on('end', look)
  channel.stderr.on('end', look)
  // What happened before anybody listened; never within this call.
  if (early.closed === true && channel.readableLength === 0) queueMicrotask(closed)
  else if (connection.isClosed)
    queueMicrotask(() => failed(new AppError('lost', `The connection to ${connection.where} was lost.`)))
  return { dispose }
}
