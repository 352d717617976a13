/** A TCP proxy on loopback with faults. */
export interface Link {
  readonly port: number
  /** Bytes that went to the target so far. */
  readonly up: number
  /** Both ends see a reset, as when a router forgets the connection; of all connections or the oldest. */
  reset(options?: { oldest?: boolean }): void
  /** Both ends see an orderly close. */
  finish(): void
  /** Nothing arrives any more and nobody is told; `stall(false)` lets it all through. */
  stall(on?: boolean): void
  /** New connections are reset, as when the network is gone. */
  refuse(on?: boolean): void
  close(): Promise<void>
}

/** Opens a proxy to 127.0.0.1:targetPort; `delayMs` is one way. */
export function open(
  targetPort: number,
  options?: { delayMs?: number; bytesPerSecond?: number; listenPort?: number },
): Promise<Link>
