import type { AppError } from '../../shared/base/errors.ts'

/** The two ends of a running `tmux -C`: what it prints, and what it reads. */
export interface ControlStream {
  onData(listener: (data: Uint8Array) => void): void
  /** The listener is called once, after the last data; with an error if the connection failed. */
  onEnd(listener: (error: AppError | null) => void): void
  write(data: Uint8Array): void
  close(): void
}
