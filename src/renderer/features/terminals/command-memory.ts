import type { IBuffer, Terminal } from '@xterm/xterm'

const longest = 16_384
// Continuation prompts of shells and consoles: `> `, `quote> `, `... `.
const continuation = /^(?:[\w ]*>|\.{3}) ?$/

/**
 * Remembers the command that was typed last, as it appeared on the screen after its prompt, so that completion and history
 * are included. Remembers none if it can't be detected, rather than a wrong one.
 */
export class CommandMemory {
  readonly #terminal: Terminal
  /** The text before the cursor at the first key. */
  #prompt: string | undefined
  #lastPrompt = ''
  #last: string | null = null
  /** The text typed since the prompt; null after keys whose effect only the shell knows, such as Tab. */
  #typed: string | null = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  get last(): string | null {
    return this.#last
  }

  /** Notes that a command starts at the cursor, unless one has started. */
  begin(): void {
    const { active } = this.#terminal.buffer
    // A full-screen program has no prompt.
    if (this.#prompt !== undefined || active.type === 'alternate') return
    this.#typed = ''
    const line = active.getLine(active.baseY + active.cursorY)
    this.#prompt = line?.translateToString(false, 0, active.cursorX)
  }

  /** Notes a command that was sent as a whole. */
  sent(text: string): void {
    this.#prompt = undefined
    this.#last = text.slice(0, longest)
  }

  /** The user typed this; it has not been echoed yet. */
  typed(data: string): void {
    if (data === '\x03' || data === '\x04') this.#forget()
    else {
      this.begin()
      const enters = data.endsWith('\r') && !data.startsWith('\x1b[200~')
      this.#typed = edited(this.#typed, enters ? data.slice(0, -1) : data)
      if (enters) this.#entered()
    }
  }

  #forget(): void {
    this.#prompt = undefined
    this.#typed = ''
  }

  #entered(): void {
    const { active } = this.#terminal.buffer
    const [prompt, typed] = [this.#prompt, this.#typed]
    this.#prompt = undefined
    // The text may be a password.
    this.#typed = ''
    // A full-screen program, or no prompt to compare with.
    if (active.type === 'alternate' || prompt === undefined) return
    const line = lineAt(active, active.baseY + active.cursorY)
    const shown = line.slice(prompt.length).trim()
    const whole = typed?.trim() ?? ''
    if (prompt.trim() === '' || !line.startsWith(prompt)) this.#last = null
    else if (shown === '' && whole !== '') this.#awaitEcho(prompt, whole)
    // On a slow link the last keys have no echo yet, so the typed text is longer than the shown text.
    else this.#note(prompt, shown !== '' && whole.startsWith(shown) ? whole : shown)
  }

  /** On a slow link nothing has an echo yet. A password never gets one: the cursor leaves its line empty. */
  #awaitEcho(prompt: string, typed: string): void {
    const marker = this.#terminal.registerMarker(0)
    const parsed = this.#terminal.onWriteParsed(() => {
      const { active } = this.#terminal.buffer
      const line = marker.line < 0 ? '' : lineAt(active, marker.line)
      const shown = line.slice(prompt.length).trim()
      const isThere = marker.line === active.baseY + active.cursorY
      if (shown === '' && isThere) return
      parsed.dispose()
      marker.dispose()
      if (line.startsWith(prompt) && shown !== '' && (typed.startsWith(shown) || shown.startsWith(typed)))
        this.#note(prompt, typed)
    })
  }

  #note(prompt: string, command: string): void {
    if (command === '') return
    const more = continuation.test(prompt) && prompt !== this.#lastPrompt && this.#last !== null
    this.#last = (more ? `${this.#last}\n${command}` : command).slice(0, longest)
    if (!more) this.#lastPrompt = prompt
  }
}

/** A line after more keys; null if only the shell knows their effect. */
function edited(line: string | null, keys: string): string | null {
  if (line === null) return null
  if (keys === '\x7f') return [...line].slice(0, -1).join('')
  return /\p{Cc}/u.test(keys) ? null : line + keys
}

/** The line that a row belongs to, with all rows that it wraps over. */
function lineAt(buffer: IBuffer, row: number): string {
  let first = row
  while (first > 0 && buffer.getLine(first)?.isWrapped === true) first--
  let text = ''
  for (let at = first; ; at++) {
    const line = buffer.getLine(at)
    if (!line || (at > first && !line.isWrapped)) return text
    text += line.translateToString(buffer.getLine(at + 1)?.isWrapped !== true)
  }
}
