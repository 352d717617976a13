/** The preload script's `window.bridge`. Features never use it; `renderer/ipc` turns it into `Api` and ports. */
export interface Bridge {
  invoke(channel: string, input: unknown): Promise<unknown>
  /** Returns the function that stops listening. */
  on(channel: string, listener: (payload: unknown) => void): () => void
  /** Returns the local path of a file dropped on the page; empty if it has none. */
  pathOf(file: unknown): string
}

/** The channel on which the main process passes a stream's MessagePort, with the stream's ID. */
export const portChannel = 'hawser:port'

/** The window message with which the preload script passes a port to the page. */
export interface PortMessage {
  readonly hawserPort: string
}
