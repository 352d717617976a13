import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'

import { hasFastWebgl } from './webgl-probe.ts'

/** Draws a terminal with WebGL where that is faster than the DOM. */
export class WebglDrawing {
  readonly #terminal: Terminal
  #addon: WebglAddon | undefined
  #failed = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  start(): void {
    if (this.#addon || this.#failed || !hasFastWebgl()) return
    try {
      const addon = new WebglAddon()
      // The graphics driver failed: the DOM renderer takes over.
      addon.onContextLoss(() => {
        this.#failed = true
        this.stop()
      })
      this.#terminal.loadAddon(addon)
      this.#addon = addon
    } catch {
      this.#failed = true
    }
  }

  /** Releases the context: browsers have few of them. */
  stop(): void {
    this.#addon?.dispose()
    this.#addon = undefined
  }
}
