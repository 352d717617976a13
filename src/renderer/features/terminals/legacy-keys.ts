import { isCharacter, isKeypad, type KeyStroke } from './key-stroke.ts'
import { functionalKeys, usKeys } from './key-tables.ts'

const ESC = '\x1b'

/**
 * The bytes of a key as xterm sends them while no program asked for others: control characters as X11 makes them of a
 * key (libX11's XLookupString), Alt as a preceding ESC (metaSendsEscape), function keys with modifiers as parameters.
 * Null for plain text, and for the keys that scroll and paste.
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
 * The character that Ctrl makes of another one: `@` to `~` and Space lose all but their lower five bits, the digits 2 to 8
 * and `/` have places of their own, `?` is DEL. Null where Ctrl changes nothing.
 */
export function controlOf(character: string): string | null {
  const code = character.codePointAt(0) ?? 0
  if (character === '?' || character === '8') return '\x7f'
  if (character === '2') return '\0'
  if (character === '/') return '\x1f'
  if (character >= '3' && character <= '7') return String.fromCharCode(code - 0x33 + 0x1b)
  return (code >= 0x40 && code < 0x7f) || character === ' ' ? String.fromCharCode(code & 0x1f) : null
}

/** 1, and Shift 1, Alt 2, Ctrl 4 (ctlseqs, "PC-Style Function Keys"). */
export function modifierParameter({ shift, alt, ctrl }: Pick<KeyStroke, 'shift' | 'alt' | 'ctrl'>): number {
  return 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0)
}

/** True for what every terminal keeps to itself: Shift with the keys that scroll and paste. */
export function isReserved({ key, shift, alt, ctrl }: KeyStroke): boolean {
  return shift && !alt && !ctrl && (key === 'PageUp' || key === 'PageDown' || key === 'Insert')
}

/** A key of a script that has no control characters counts as the key at its place on a US keyboard. */
export function latinOf({ key, code, shift }: KeyStroke): string {
  if (/^[\p{ASCII}\p{Script=Latin}]$/u.test(key)) return key
  return usKeys[code]?.[shift ? 1 : 0] ?? key
}

function characterBytes(stroke: KeyStroke): string | null {
  if (!stroke.ctrl && !stroke.alt) return null
  // Ctrl changes nothing there, and with Alt Windows writes characters by their numbers.
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
