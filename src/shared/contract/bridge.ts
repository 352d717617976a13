/** What preload puts on `window.bridge`. Features never touch it; `renderer/ipc` turns it into `Api` and ports. */
export interface Bridge {
  invoke(channel: string, input: unknown): Promise<unknown>
  /** Returns the function that stops listening. */
  on(channel: string, listener: (payload: unknown) => void): () => void
  /** Where a file that was dropped on the page lies on this computer; empty when it lies nowhere. */
  pathOf(file: unknown): string
}

/** The channel on which main hands over a stream's MessagePort, with the stream's id. */
export const portChannel = 'hawser:port'

/** The shape of the window message by which preload passes a port on to the page. */
export interface PortMessage {
  readonly hawserPort: string
}
