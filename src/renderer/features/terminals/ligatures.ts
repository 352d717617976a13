import type { Terminal } from '@xterm/xterm'

/** Draws ligatures of the font. The addon is loaded on first use. */
export class Ligatures {
  readonly #terminal: Terminal
  #addon: { dispose(): void } | undefined
  #isWanted = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** Turns them on or off; `isOpened` says whether the terminal has been drawn, which it must have been before. */
  async set(on: boolean, isOpened: boolean): Promise<void> {
    this.#isWanted = on
    if (!on) {
      this.#addon?.dispose()
      this.#addon = undefined
    } else if (!this.#addon && isOpened) {
      const { LigaturesAddon } = await import('@xterm/addon-ligatures')
      if (!this.#isWanted || this.#addon) return
      const addon = new LigaturesAddon()
      this.#addon = addon
      this.#terminal.loadAddon(addon)
    }
  }
}
