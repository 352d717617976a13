import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { OpenedShell } from './connection.ts'

/** How a command or shell ended. `closed`: its channel closed without an exit status. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | undefined }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: AppError }

/**
 * Calls back once when a command has finished (RFC 4254, 6.10): after its exit status and the end of its output, after
 * its channel closed, or after the connection failed. The end of output alone is not sufficient, since the exit status
 * may follow. The caller reads both outputs. Disposing the result stops waiting.
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
  // ssh2's own channel errors concern writes after the end; `close` follows them.
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
  // ssh2 emits `close` after the last byte was read.
  channel.on('exit', exited).on('error', failed).on('close', closed).on('end', look)
  channel.stderr.on('end', look)
  // Handles events from before anyone listened, but never within this call.
  if (early.closed === true && channel.readableLength === 0) queueMicrotask(closed)
  else if (connection.isClosed)
    queueMicrotask(() => failed(new AppError('lost', `The connection to ${connection.where} was lost.`)))
  return { dispose }
}
