import { AppError } from './errors.ts'

/** The part of an AbortSignal that waiting needs. */
export interface Aborting {
  readonly aborted: boolean
  addEventListener(event: 'abort', listener: () => void): void
  removeEventListener(event: 'abort', listener: () => void): void
}

/** The error of work that was called off. */
export function cancelled(): AppError {
  return new AppError('cancelled', 'Cancelled')
}

/**
 * Waits for `work`, but not past the abort of `signal`, nor when that is aborted already. The work itself goes on, for
 * others who wait for it too; its outcome after an abort is dropped. Errors: those of `work`, and `cancelled`.
 */
export function untilAborted<T>(work: Promise<T>, signal: Aborting | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort)
      finish()
    }
    const abort = () => settle(() => reject(cancelled()))
    work.then(
      value => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error as Error)),
    )
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
  })
}
