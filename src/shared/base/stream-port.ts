import type { Disposable } from './lifecycle.ts'

/** The main process's end of a stream to a window. Messages are structured clones. */
export interface StreamPort extends Disposable {
  post(message: unknown): void
  /** Sets the only listener; earlier messages are queued for it. */
  onMessage(listener: (message: unknown) => void): void
  onClosed(listener: () => void): void
}

/** Opens the port of the stream `id`; the window receives its other end under that ID. */
export type OpenPort = (id: string) => StreamPort
