// The largest packet of a channel that every server takes (RFC 4254, 5.2): more at once would be cut up again.
const mostBytes = 32 * 1024

/**
 * Joins the small requests of one turn of the event loop to one write: each write of its own would be an SSH packet with
 * its own padding, cipher and checksum, which cost more than the requests. Keeps their order.
 */
export class GatheredWrites {
  readonly #write: (data: Uint8Array) => void
  #waiting: Uint8Array[] = []
  #bytes = 0

  constructor(write: (data: Uint8Array) => void) {
    this.#write = write
  }

  push(data: Uint8Array): void {
    if (this.#bytes + data.length > mostBytes) this.flush()
    if (data.length >= mostBytes) return this.#write(data)
    if (this.#waiting.length === 0) setImmediate(() => this.flush())
    this.#waiting.push(data)
    this.#bytes += data.length
  }

  /** Hands on what waits, at once. */
  flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    this.#bytes = 0
    this.#write(waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting))
  }
}
