import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { ControlClient } from './control-client.ts'
import type { ControlWindow } from './control-windows.ts'

/**
 * Tells tmux the sizes that windows should have, each when it has taken the one before. tmux 3.2 has one size for all
 * windows of a client: there it is that of the selected window.
 */
export class WindowSizes {
  readonly #client: ControlClient
  /** Sizes in tmux's words, by window. */
  readonly #wanted = new Map<number, string>()
  readonly #asked = new Map<number, string>()
  readonly #busy = new Set<number>()
  #hasOneForAll = false
  #askedForAll = ''
  #isBusyForAll = false
  #selected = -1

  constructor(client: ControlClient) {
    this.#client = client
  }

  set(window: number, { cols, rows }: TerminalSize): void {
    this.#wanted.set(window, `${cols}x${rows}`)
    this.#send(window)
  }

  /** Notes which windows there are, and which one is selected. */
  noteWindows(windows: readonly Pick<ControlWindow, 'id' | 'isActive'>[]): void {
    const ids = new Set(windows.map(({ id }) => id))
    for (const sizes of [this.#wanted, this.#asked]) for (const id of sizes.keys()) if (!ids.has(id)) sizes.delete(id)
    this.#selected = windows.find(({ isActive }) => isActive)?.id ?? -1
    if (this.#hasOneForAll) this.#sendForAll(this.#wanted.get(this.#selected))
  }

  #send(window: number): void {
    if (this.#hasOneForAll) return this.#sendForAll(this.#wanted.get(this.#selected))
    const size = this.#wanted.get(window)
    if (size === undefined || size === this.#asked.get(window) || this.#busy.has(window)) return
    this.#asked.set(window, size)
    this.#busy.add(window)
    this.#client.request([`refresh-client -C '@${window}:${size}'`], reply => {
      this.#busy.delete(window)
      // Versions that have no sizes for single windows refuse it.
      if (reply.kind === 'failed' && !this.#hasOneForAll) this.#sendForAll(size)
      this.#send(window)
    })
  }

  #sendForAll(size: string | undefined): void {
    if (size === undefined || size === this.#askedForAll || this.#isBusyForAll) return
    this.#askedForAll = size
    this.#isBusyForAll = true
    this.#client.request([`refresh-client -C ${size}`], reply => {
      this.#isBusyForAll = false
      this.#hasOneForAll ||= reply.kind === 'done'
      if (this.#hasOneForAll) this.#sendForAll(this.#wanted.get(this.#selected))
    })
  }
}
