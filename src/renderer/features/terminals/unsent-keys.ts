import { useTerminals } from './terminals-state.ts'

// Far more than anybody types without looking; a paste of this size is better made again.
const mostText = 16_384

// A server that is away must not be dialed at each key.
const askAgainMs = 3_000

/** What becomes of a key that is pressed without a connection. */
export interface KeyUse {
  /** It is typed, and kept for later. */
  readonly isTyped: boolean
  /** No terminal may receive it until it is released. */
  readonly isSpent: boolean
  /** The terminal should connect now. */
  readonly reconnects: boolean
}

/**
 * Keys that were typed into a terminal without a connection. They are never sent by themselves: the shell that comes
 * back may be another one, at another prompt. The text stays here, and only its count is shown: it may be a password.
 */
export class UnsentKeys {
  readonly #texts = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #askedAt = new Map<string, number>()

  /**
   * Decides about a key. Any key asks for the connection. Before anything was typed, Enter does nothing else, and Tab
   * moves the focus to the buttons.
   */
  press(paneId: string, event: KeyboardEvent): KeyUse {
    if (event.type !== 'keydown' || modifiers.has(event.key))
      return { isTyped: event.type === 'keypress', isSpent: false, reconnects: false }
    const isFirst = this.count(paneId) === 0
    if (isFirst && event.key === 'Tab') return { isTyped: false, isSpent: false, reconnects: false }
    const now = performance.now()
    const reconnects = now - (this.#askedAt.get(paneId) ?? -Infinity) > askAgainMs
    if (reconnects) this.#askedAt.set(paneId, now)
    const isSpent = isFirst && event.key === 'Enter'
    if (isSpent) event.preventDefault()
    return { isTyped: !isSpent, isSpent, reconnects }
  }

  /** Returns false if that is too much to keep. */
  add(paneId: string, data: string): boolean {
    const text = this.#texts.get(paneId) ?? ''
    if (text.length + data.length > mostText) return false
    this.#texts.set(paneId, text + data)
    this.#setCount(paneId, this.count(paneId) + keysIn(data))
    return true
  }

  count(paneId: string): number {
    return this.#counts.get(paneId) ?? 0
  }

  /** Returns the keys of a pane and forgets them. */
  take(paneId: string): string {
    const text = this.#texts.get(paneId) ?? ''
    this.#texts.delete(paneId)
    this.#setCount(paneId, 0)
    return text
  }

  #setCount(paneId: string, count: number): void {
    if (count === 0) this.#counts.delete(paneId)
    else this.#counts.set(paneId, count)
    useTerminals.setState({ unsent: Object.fromEntries(this.#counts) })
  }
}

const modifiers = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock'])

/** An escape sequence is one key, such as an arrow. */
function keysIn(data: string): number {
  return data.startsWith('\x1b') ? 1 : [...data].length
}
