import type { Disposable } from './lifecycle.ts'

/** The main end of one stream to a window. Messages are structured clones. */
export interface StreamPort extends Disposable {
  post(message: unknown): void
  /** At most one listener; messages that came before wait for it. */
  onMessage(listener: (message: unknown) => void): void
  onClosed(listener: () => void): void
}

/** Opens the port of the stream `id`; its other end reaches the window under that id. */
export type OpenPort = (id: string) => StreamPort
