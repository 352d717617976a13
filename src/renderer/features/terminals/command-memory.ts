import type { IBuffer, IMarker, Terminal } from '@xterm/xterm'

const longest = 16_384
const mostLines = 200

/** Knows the command that was typed last, as it stood on the screen: with what was completed or called back. */
export class CommandMemory {
  readonly #terminal: Terminal
  // Where the cursor stood before the first key: the prompt ends there.
  #start: { readonly marker: IMarker; readonly column: number } | undefined
  #last: string | null = null

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  get last(): string | null {
    return this.#last
  }

  /** A command begins at the cursor, unless one has begun. */
  begin(): void {
    const { active } = this.#terminal.buffer
    if (this.#start && !this.#start.marker.isDisposed) return
    // A program that has the whole screen has no prompt.
    if (active.type === 'alternate') return
    const marker = this.#terminal.registerMarker(0)
    this.#start = { marker, column: active.cursorX }
  }

  /** A command was sent as a whole. */
  sent(text: string): void {
    this.#forget()
    this.#last = text.slice(0, longest)
  }

  /** A person typed that; it has not been echoed yet. */
  typed(data: string): void {
    if (data === '\x03' || data === '\x04') return this.#forget()
    this.begin()
    if (data.endsWith('\r') && !data.startsWith('\x1b[200~')) this.#entered()
  }

  #entered(): void {
    const start = this.#start
    const { active } = this.#terminal.buffer
    if (start && !start.marker.isDisposed && active.type === 'normal') {
      const text = textBetween(active, start.marker.line, start.column).trim()
      if (text !== '') this.#last = text.slice(0, longest)
    }
    this.#forget()
  }

  #forget(): void {
    this.#start?.marker.dispose()
    this.#start = undefined
  }
}

/** From a place to the end of the line that the cursor is in, lines that were only wrapped put together. */
function textBetween(buffer: IBuffer, from: number, column: number): string {
  const cursor = buffer.baseY + buffer.cursorY
  if (from < 0 || cursor < from || cursor - from > mostLines) return ''
  let text = ''
  for (let at = from; ; at++) {
    const line = buffer.getLine(at)
    if (!line || (at > cursor && !line.isWrapped)) break
    const next = buffer.getLine(at + 1)
    const piece = line.translateToString(next?.isWrapped !== true, at === from ? column : 0)
    text += at > from && !line.isWrapped ? `\n${piece}` : piece
  }
  return text
}
