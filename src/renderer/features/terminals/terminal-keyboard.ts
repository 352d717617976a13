import type { Terminal } from '@xterm/xterm'

import type { Settings } from '../../../shared/contract/settings.ts'
import { encodeKey, type KeyModes } from './key-encoder.ts'
import { isCharacter, strokeOf, type KeyPlatform, type KeyStroke } from './key-stroke.ts'
import { kittyFlags } from './kitty-keys.ts'

type OptionAsMeta = Settings['terminal']['optionAsMeta']

export interface KeyboardParts {
  readonly terminal: Pick<Terminal, 'hasSelection'>
  readonly modes: () => KeyModes
  readonly platform: KeyPlatform
  /** The Option keys of a Mac that act as Meta. */
  readonly optionAsMeta: () => OptionAsMeta
  /** Sends a key that the user pressed. */
  readonly press: (bytes: string, stroke: KeyStroke) => void
  /** Reports the release of a key to the program. */
  readonly release: (bytes: string) => void
}

/**
 * Sends the keys that xterm.js drops or can encode in only one way: control keys, keys with modifiers, and the protocols
 * that a program asked for. Plain text, input methods, dead keys and AltGr are left to xterm.js.
 */
export class TerminalKeyboard {
  readonly #parts: KeyboardParts
  readonly #options = new Set<'left' | 'right'>()
  readonly #pressed = new Set<string>()

  constructor(parts: KeyboardParts) {
    this.#parts = parts
  }

  /** Returns true if the key was sent: xterm.js must not handle it too. */
  handle(event: KeyboardEvent): boolean {
    this.#noteOption(event)
    if (event.type === 'keypress') return false
    const { platform, modes, press } = this.#parts
    const stroke = strokeOf(event, platform, this.#isMeta())
    const current = modes()
    if (event.type === 'keyup') {
      this.#released(event, stroke, current)
      return false
    }
    if (stroke === null) return false
    if (current.kittyFlags !== 0) this.#pressed.add(event.code)
    // xterm.js handles plain keys itself, and announces them to screen readers.
    if (isPlain(stroke) && current.kittyFlags === 0) return false
    if (this.#copies(stroke)) return false
    const bytes = encodeKey(stroke, current)
    if (bytes === null || bytes === '') return false
    event.preventDefault()
    event.stopPropagation()
    press(bytes, stroke)
    return true
  }

  #released(event: KeyboardEvent, stroke: KeyStroke | null, current: KeyModes): void {
    const began = this.#pressed.delete(event.code)
    if (!began || stroke === null || (current.kittyFlags & kittyFlags.eventTypes) === 0) return
    const bytes = encodeKey(stroke, current)
    if (bytes !== null && bytes !== '') this.#parts.release(bytes)
  }

  // Ctrl+Insert copies the selection, as everywhere else.
  #copies({ key, ctrl, alt, shift }: KeyStroke): boolean {
    return key === 'Insert' && ctrl && !alt && !shift && this.#parts.terminal.hasSelection()
  }

  #noteOption({ type, code }: KeyboardEvent): void {
    const side = code === 'AltLeft' ? 'left' : code === 'AltRight' ? 'right' : undefined
    if (side === undefined) return
    if (type === 'keyup') this.#options.delete(side)
    else this.#options.add(side)
  }

  #isMeta(): boolean {
    const wanted = this.#parts.optionAsMeta()
    return wanted === 'both' || (wanted !== 'neither' && this.#options.has(wanted))
  }
}

/** The bytes of a key for another terminal than the one it was pressed in; empty if it sends nothing there. */
export function bytesForOtherPane(stroke: KeyStroke, modes: KeyModes): string {
  return encodeKey(stroke, modes) ?? (isCharacter(stroke.key) ? stroke.key : '')
}

function isPlain({ shift, alt, ctrl }: KeyStroke): boolean {
  return !shift && !alt && !ctrl
}
