import type { Terminal } from '@xterm/xterm'

const bracketedPaste = 2004
// Programs whose sessions outlive the terminal that shows them.
const multiplexer = /^(?:\S*\/)?(?:tmux|screen|zellij|abduco|dtach)(?:\s|$)/

/**
 * Tells whether a program runs in a terminal's shell. Shells (bash from 5.1, zsh, fish) switch bracketed paste on while they
 * wait for a command and off while one runs; of others only programs that take the whole screen are noticed.
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

  /** A new shell starts, which may be another kind. */
  startOver(): void {
    this.#marksItsPrompt = false
  }

  /** True while a program runs that would end with its terminal; `lastCommand` is what was typed last. */
  isBusy(lastCommand: string | null): boolean {
    if (lastCommand !== null && multiplexer.test(lastCommand)) return false
    const { buffer, modes } = this.#terminal
    return buffer.active.type === 'alternate' || (this.#marksItsPrompt && !modes.bracketedPasteMode)
  }
}
