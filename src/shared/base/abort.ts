import { AppError } from './errors.ts'

/** The part of an AbortSignal needed for waiting. */
export interface Aborting {
  readonly aborted: boolean
  addEventListener(event: 'abort', listener: () => void): void
  removeEventListener(event: 'abort', listener: () => void): void
}

/** Returns the error of cancelled work. */
export function cancelled(): AppError {
  return new AppError('cancelled', 'Cancelled')
}

/**
 * Waits for `work` unless `signal` aborts or is already aborted. The work itself continues, since others may wait for
 * it too; its outcome after an abort is ignored. Errors: those of `work`, and `cancelled`.
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
