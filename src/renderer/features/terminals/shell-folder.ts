import type { Terminal } from '@xterm/xterm'

import { folderOf } from './folder-sequence.ts'

/** The working directory of the shell in a terminal, which shells report as a file URL (OSC 7). */
export class ShellFolder {
  #current: string | null = null
  #first: string | null = null

  constructor(terminal: Terminal) {
    terminal.parser.registerOscHandler(7, data => {
      this.#current = folderOf(data)
      this.#first ??= this.#current
      return true
    })
  }

  /** Null if it reports none. */
  get current(): string | null {
    return this.#current
  }

  /** The same if it has changed since the shell started. Forgets it: the next shell starts in its own. */
  take(): string | null {
    const folder = this.#current === this.#first ? null : this.#current
    this.#current = this.#first = null
    return folder
  }
}
