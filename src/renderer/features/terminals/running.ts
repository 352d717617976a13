import type { Terminal } from '@xterm/xterm'

const bracketedPaste = 2004
// Programs whose sessions outlive the terminal.
const multiplexer = /^(?:\S*\/)?(?:tmux|screen|zellij|abduco|dtach)(?:\s|$)/

/**
 * Detects whether a program runs in a terminal's shell. Shells (bash from 5.1, zsh, fish) switch bracketed paste on while
 * they wait for a command and off while one runs. In other shells only full-screen programs are detected.
 */
export class Running {
  readonly #terminal: Terminal
  #marksItsPrompt = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, parameters => {
      if (parameters.includes(bracketedPaste) && terminal.buffer.active.type === 'normal') this.#marksItsPrompt = true
      return false
    })
  }

  /** Resets for a new shell, which may be of another kind. */
  startOver(): void {
    this.#marksItsPrompt = false
  }

  /** True while a program runs that would end with its terminal. `lastCommand` is the command that was typed last. */
  isBusy(lastCommand: string | null): boolean {
    if (lastCommand !== null && multiplexer.test(lastCommand)) return false
    const { buffer, modes } = this.#terminal
    return buffer.active.type === 'alternate' || (this.#marksItsPrompt && !modes.bracketedPasteMode)
  }
}
