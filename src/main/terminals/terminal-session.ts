import { z } from 'zod'

import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalSize, ToTerminal } from '../../shared/contract/terminals.ts'
import { FlowControl } from './flow-control.ts'
import type { Shell, ShellEnd } from './shell.ts'
import type { StreamPort } from '../../shared/base/stream-port.ts'

// One paste of a big file is still one message; more than this is not typed by anybody.
const maxInput = 16 * 1024 * 1024

const fromTerminal = z.union([
  z.strictObject({ input: z.instanceof(Uint8Array).refine(bytes => bytes.byteLength <= maxInput) }),
  z.strictObject({
    ack: z
      .int()
      .min(0)
      .max(2 ** 40),
  }),
])

/** Carries bytes between a shell and its screen, never faster than the screen takes them in. */
export class TerminalSession implements Disposable {
  readonly #shell: Shell
  readonly #port: StreamPort
  readonly #flow = new FlowControl()
  readonly #store = new DisposableStore()
  #pending: Buffer[] = []
  #scheduled = false

  constructor(parts: { shell: Shell; port: StreamPort; onEnd: (end: ShellEnd) => void }) {
    this.#shell = this.#store.add(parts.shell)
    this.#port = this.#store.add(parts.port)
    this.#shell.onData(data => this.#collect(data))
    this.#shell.onEnd(end => {
      this.#flush()
      parts.onEnd(end)
    })
    this.#port.onMessage(message => this.#receive(message))
    // The window is gone: nobody will ever acknowledge.
    this.#port.onClosed(() => this.dispose())
  }

  resize(size: TerminalSize): void {
    this.#shell.resize(size)
  }

  dispose(): void {
    this.#store.dispose()
  }

  // Chunks of one turn travel as one message: a flood comes in pieces of 32 KiB.
  #collect(data: Buffer): void {
    this.#pending.push(data)
    if (this.#flow.sent(data.length) === 'pause') this.#shell.pause()
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    const message: ToTerminal = { data: joined(pending) }
    this.#port.post(message)
  }

  #receive(message: unknown): void {
    const checked = fromTerminal.safeParse(message)
    if (!checked.success) return
    if ('input' in checked.data) this.#shell.write(checked.data.input)
    else if (this.#flow.acknowledged(checked.data.ack) === 'resume') this.#shell.resume()
  }
}

// Into memory of its own: a clone of a pooled Buffer would carry the whole pool, and whatever else lies in it.
function joined(parts: readonly Buffer[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
