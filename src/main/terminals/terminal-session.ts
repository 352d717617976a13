import { z } from 'zod'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalSize, ToTerminal } from '../../shared/contract/terminals.ts'
import { Backlog } from './backlog.ts'
import { FlowControl } from './flow-control.ts'
import { isDrawn, type Shell, type ShellEnd } from './shell.ts'
import type { StreamPort } from '../../shared/base/stream-port.ts'

// Pasting a big file is still one message; nobody types more than this.
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

export interface TerminalSessionParts {
  readonly shell: Shell
  readonly size: TerminalSize
  readonly onEnd: (end: ShellEnd) => void
}

/**
 * Carries bytes between a shell and its screen, never faster than the screen processes them. The shell outlives the
 * page: while no page shows it, its output is kept for the next one.
 */
export class TerminalSession implements Disposable {
  readonly #shell: Shell
  /** The earlier output; undefined for a shell that draws itself. */
  readonly #backlog: Backlog | undefined
  #flow = new FlowControl()
  #port: StreamPort | undefined
  #size: TerminalSize
  #pending: Buffer[] = []
  #scheduled = false
  #shown = false

  constructor(parts: TerminalSessionParts) {
    this.#size = parts.size
    this.#shell = parts.shell
    if (isDrawn(parts.shell)) parts.shell.onSize(screen => this.#postSize(screen))
    else this.#backlog = new Backlog()
    this.#shell.onData(data => this.#collect(data))
    this.#shell.onEnd(end => {
      this.#flush()
      parts.onEnd(end)
    })
  }

  /** True once a page has received its output. */
  get isShown(): boolean {
    return this.#shown
  }

  /** Continues on another port, which first receives the shell's previous output, also that of a shell that has ended. */
  attach(port: StreamPort): void {
    this.#flush()
    this.#use(port)
    if (this.#backlog) this.#showBefore(port, this.#backlog)
    else if (isDrawn(this.#shell)) {
      this.#postSize(this.#shell.size)
      this.#shell.redraw()
    }
    this.#shown = true
  }

  resize(size: TerminalSize): void {
    this.#size = size
    this.#shell.resize(size)
  }

  dispose(): void {
    const port = this.#port
    this.#port = undefined
    port?.dispose()
    this.#shell.dispose()
  }

  #showBefore(port: StreamPort, backlog: Backlog): void {
    const before = backlog.read()
    const message: ToTerminal = this.#shown ? { replay: { ...before, size: this.#size } } : { data: before.bytes }
    // The first page answers the queries of a shell that has already started.
    if (this.#shown || before.bytes.length > 0) port.post(message)
    if (!this.#shown && this.#flow.sent(before.bytes.length) === 'pause') this.#shell.pause()
  }

  #use(port: StreamPort): void {
    const before = this.#port
    this.#port = port
    before?.dispose()
    this.#startOver()
    port.onMessage(message => (this.#port === port ? this.#receive(message) : undefined))
    port.onClosed(() => (this.#port === port ? this.#leave() : undefined))
  }

  /**
   * The page is gone: there will be no acknowledgments, and a program that prints must not block until the next page.
   * Only the window ends the shell, because a page may be away for as long as the computer sleeps.
   */
  #leave(): void {
    this.#port = undefined
    this.#startOver()
    if (!this.#backlog) this.#shell.pause()
  }

  #startOver(): void {
    if (this.#flow.paused && this.#backlog) this.#shell.resume()
    this.#flow = new FlowControl()
  }

  // Chunks of one turn are sent as one message: a flood arrives in chunks of 32 KiB.
  #collect(data: Buffer): void {
    // A page that comes later gets it drawn.
    if (!this.#port && !this.#backlog) return
    this.#pending.push(data)
    if (this.#port && this.#flow.sent(data.length) === 'pause') this.#shell.pause()
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    const message = { data: joined(pending) } satisfies ToTerminal
    this.#backlog?.add(message.data)
    this.#port?.post(message)
  }

  #postSize(screen: TerminalSize): void {
    this.#flush()
    this.#port?.post({ screen } satisfies ToTerminal)
  }

  #receive(message: unknown): void {
    const checked = fromTerminal.safeParse(message)
    if (!checked.success) return
    if ('input' in checked.data) this.#shell.write(checked.data.input)
    else if (this.#flow.acknowledged(checked.data.ack) === 'resume') this.#shell.resume()
  }
}

// Copies into its own memory: cloning a pooled Buffer would include the whole pool and any other data in it.
function joined(parts: readonly Buffer[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
