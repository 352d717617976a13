import type { Terminal } from '@xterm/xterm'

import { folderOf } from './folder-sequence.ts'

/** The working directory that a terminal's shell reports, and that of a lost shell until the next one is there. */
export class ShellFolder {
  #current: string | null = null
  #first: string | null = null
  #lost: string | null = null

  /** Null if the shell reports none. */
  get current(): string | null {
    return this.#current
  }

  report(folder: string | null): void {
    this.#current = folder
    this.#first ??= folder
  }

  /**
   * Starts over for the next shell, which starts in its own folder. Returns the folder to take it to: the one that the
   * lost shell had moved to, or that it was still to be taken to itself.
   */
  startOver(): string | null {
    if (this.#current !== this.#first) this.#lost = this.#current
    this.#current = this.#first = null
    return this.#lost
  }

  /** The shell is on its way to the folder. */
  reached(): void {
    this.#lost = null
  }
}

/** Follows the working directory of the shell in a terminal, which shells report as a file URL (OSC 7). */
export function followFolder(terminal: Terminal): ShellFolder {
  const folders = new ShellFolder()
  terminal.parser.registerOscHandler(7, data => {
    folders.report(folderOf(data))
    return true
  })
  return folders
}
