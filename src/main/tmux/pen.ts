// SGR, and the shifts between the two character sets (ECMA-48), as capture-pane -e prints them.
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const changes = /\u001b\[([\d;:]*)m|[\u000e\u000f]/g
const shiftOut = '\u000e'
const mostAttributes = 32

/**
 * Follows the colours and attributes of captured lines. capture-pane continues a line with those of the previous one, so
 * they have to be restored after anything that is written in between.
 */
export class Pen {
  readonly #attributes = new Set<string>()
  #foreground = ''
  #background = ''
  #underline = ''
  #shift = ''

  /** The sequence that restores the state after a reset. */
  get sequence(): string {
    return [...this.#attributes, this.#foreground, this.#background, this.#underline, this.#shift].join('')
  }

  /** True if blanks that are written are to be seen. */
  get marksBlanks(): boolean {
    return this.#background !== '' || this.#attributes.size > 0
  }

  /** Reads a line; returns true if it changed the state or began with another one than the default. */
  read(line: Uint8Array): boolean {
    const wasSet = this.sequence !== ''
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1')
    let isChanged = false
    for (const [sequence, parameters = ''] of text.matchAll(changes)) {
      isChanged = true
      if (sequence.length > 1) this.#apply(sequence, parameters)
      else this.#shift = sequence === shiftOut ? sequence : ''
    }
    return wasSet || isChanged
  }

  #apply(sequence: string, parameters: string): void {
    const [first = ''] = parameters.split(/[;:]/, 1)
    const code = Number(first)
    if (code === 0) this.#reset()
    if (/^0*$/.test(parameters)) return
    if (between(code, 30, 39) || between(code, 90, 97)) this.#foreground = code === 39 ? '' : sequence
    else if (between(code, 40, 49) || between(code, 100, 107)) this.#background = code === 49 ? '' : sequence
    else if (code === 58 || code === 59) this.#underline = code === 59 ? '' : sequence
    else if (this.#attributes.size < mostAttributes) this.#attributes.add(sequence)
  }

  #reset(): void {
    this.#attributes.clear()
    this.#foreground = ''
    this.#background = ''
    this.#underline = ''
  }
}

function between(code: number, low: number, high: number): boolean {
  return code >= low && code <= high
}
