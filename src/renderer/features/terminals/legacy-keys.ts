import { isCharacter, isKeypad, type KeyStroke } from './key-stroke.ts'
import { functionalKeys, usKeys } from './key-tables.ts'

const ESC = '\x1b'

/**
 * The bytes of a key as xterm sends them by default: control characters as in X11 (libX11's XLookupString), Alt as a
 * preceding ESC (metaSendsEscape), function keys with modifiers as parameters. Null for plain text, and for the keys that
 * scroll and paste.
 */
export function legacyBytes(stroke: KeyStroke, applicationCursor: boolean): string | null {
  const { key, alt, ctrl, shift } = stroke
  const prefix = alt ? ESC : ''
  switch (key) {
    case 'Enter':
      return `${prefix}\r`
    case 'Tab':
      return shift ? `${prefix}${ESC}[Z` : `${prefix}\t`
    case 'Backspace':
      return `${prefix}${ctrl ? '\b' : '\x7f'}`
    case 'Escape':
      return `${prefix}${ESC}`
  }
  if (isCharacter(key)) return characterBytes(stroke)
  return isReserved(stroke) ? null : functionalBytes(stroke, applicationCursor)
}

/**
 * The control character of a character with Ctrl: the lower five bits of `@` to `~` and Space, special values for the
 * digits 2 to 8 and `/`, DEL for `?`. Null if Ctrl changes nothing.
 */
export function controlOf(character: string): string | null {
  const code = character.codePointAt(0) ?? 0
  if (character === '?' || character === '8') return '\x7f'
  if (character === '2') return '\0'
  if (character === '/') return '\x1f'
  if (character >= '3' && character <= '7') return String.fromCharCode(code - 0x33 + 0x1b)
  return (code >= 0x40 && code < 0x7f) || character === ' ' ? String.fromCharCode(code & 0x1f) : null
}

/** 1 plus Shift 1, Alt 2, Ctrl 4 (ctlseqs, "PC-Style Function Keys"). */
export function modifierParameter({ shift, alt, ctrl }: Pick<KeyStroke, 'shift' | 'alt' | 'ctrl'>): number {
  return 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0)
}

/** True for keys that every terminal reserves: Shift with the keys that scroll and paste. */
export function isReserved({ key, shift, alt, ctrl }: KeyStroke): boolean {
  return shift && !alt && !ctrl && (key === 'PageUp' || key === 'PageDown' || key === 'Insert')
}

/** Maps a key of a non-Latin script, which has no control characters, to the key at its position on a US keyboard. */
export function latinOf({ key, code, shift }: KeyStroke): string {
  if (/^[\p{ASCII}\p{Script=Latin}]$/u.test(key)) return key
  return usKeys[code]?.[shift ? 1 : 0] ?? key
}

function characterBytes(stroke: KeyStroke): string | null {
  if (!stroke.ctrl && !stroke.alt) return null
  // Ctrl changes nothing on the keypad, and with Alt it enters character codes on Windows.
  if (isKeypad(stroke)) return stroke.alt ? null : stroke.key
  const character = latinOf(stroke)
  const written = stroke.ctrl ? (controlOf(character) ?? character) : character
  return stroke.alt ? `${ESC}${written}` : written
}

function functionalBytes(stroke: KeyStroke, applicationCursor: boolean): string | null {
  const known = functionalKeys[stroke.key]
  if (!known) return null
  const { number, final, ss3 } = known
  const modifiers = modifierParameter(stroke)
  if (modifiers > 1) return `${ESC}[${number};${modifiers}${final}`
  if (final === '~') return `${ESC}[${number}~`
  return ss3 === 'always' || applicationCursor ? `${ESC}O${final}` : `${ESC}[${final}`
}
