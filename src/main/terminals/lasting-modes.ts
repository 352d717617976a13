/** The defaults of a terminal: everything off except the cursor and automatic wrap. */
const onByDefault: ReadonlySet<number> = new Set([7, 25])
// Cursor and keypad keys, origin, wrap, cursor, mouse and focus reports, bracketed paste, the alternate screen.
const lasting: ReadonlySet<number> = new Set([
  1, 6, 7, 9, 25, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1047, 1049, 2004,
])
const alternate: ReadonlySet<number> = new Set([47, 1047, 1049])
const bracketedPaste = 2004

// DECSET and DECRST, DECSTR, RIS, DECKPAM and DECKPNM (xterm's control sequences).
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const switches = /\u001b(?:\[\?([\d;]{1,64})([hl])|(\[!p)|(c)|([=>]))/g
const longestSequence = 72

/**
 * The modes that programs have switched on in a terminal, read from their output. Written before a later part of the
 * same output, they bring another terminal into the same state.
 */
export class LastingModes {
  readonly #modes = new Map<number, boolean>()
  #keypad = false
  #marksItsPrompt = false
  #rest = ''

  read(output: Uint8Array): void {
    const text = this.#rest + Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString('latin1')
    let end = 0
    for (const match of text.matchAll(switches)) {
      end = match.index + match[0].length
      this.#note(match)
    }
    // A sequence may continue in the next chunk.
    const escape = text.lastIndexOf('\u001b')
    this.#rest = escape >= end && text.length - escape < longestSequence ? text.slice(escape) : ''
  }

  /** The sequences that switch a new terminal to these modes. */
  get sequences(): string {
    const changed = [...this.#modes].filter(([mode, on]) => on !== onByDefault.has(mode))
    // The alternate screen comes first, since the cursor of the normal screen is saved with it.
    const ordered = changed.sort(([a], [b]) => Number(alternate.has(b)) - Number(alternate.has(a)))
    const sequences = ordered.map(([mode, on]) => `\u001b[?${mode}${on ? 'h' : 'l'}`)
    // A shell that marks its prompt with bracketed paste runs a program while it is off: the next screen must know that.
    if (this.#marksItsPrompt && this.#modes.get(bracketedPaste) !== true)
      sequences.unshift(`\u001b[?${bracketedPaste}h\u001b[?${bracketedPaste}l`)
    return `${sequences.join('')}${this.#keypad ? '\u001b=' : ''}`
  }

  #isAlternate(): boolean {
    return [...alternate].some(mode => this.#modes.get(mode) === true)
  }

  #note([, numbers, letter, soft, full, keypad]: RegExpMatchArray): void {
    if (numbers !== undefined)
      for (const mode of numbers.split(';').map(Number)) {
        if (mode === bracketedPaste && letter === 'h' && !this.#isAlternate()) this.#marksItsPrompt = true
        if (lasting.has(mode)) this.#modes.set(mode, letter === 'h')
      }
    if (soft !== undefined) for (const mode of [1, 6, 25, 66]) this.#modes.delete(mode)
    if (full !== undefined) this.#modes.clear()
    if (soft !== undefined || full !== undefined) this.#keypad = false
    if (keypad !== undefined) this.#keypad = keypad === '='
  }
}
