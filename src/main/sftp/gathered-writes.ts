// The largest packet of a channel that every server must accept (RFC 4254, 5.2); larger writes would be split again.
const maxBytes = 32 * 1024

/**
 * Joins the small requests of one event loop turn into one write: separate writes would become SSH packets with their
 * own padding, encryption and MAC, which cost more than the requests. The order is preserved.
 */
export class GatheredWrites {
  readonly #write: (data: Uint8Array) => void
  #waiting: Uint8Array[] = []
  #bytes = 0

  constructor(write: (data: Uint8Array) => void) {
    this.#write = write
  }

  push(data: Uint8Array): void {
    if (this.#bytes + data.length > maxBytes) this.flush()
    if (data.length >= maxBytes) return this.#write(data)
    if (this.#waiting.length === 0) setImmediate(() => this.flush())
    this.#waiting.push(data)
    this.#bytes += data.length
  }

  /** Writes the pending data at once. */
  flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    this.#bytes = 0
    this.#write(waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting))
  }
}
