/** A key combination as stored: modifiers in the order Ctrl, Alt, Shift, Meta, then a key, such as `Ctrl+Shift+F`. */
export type Shortcut = string

/** True on macOS, where ⌘ takes the place of Ctrl. */
export const isMac = typeof navigator !== 'undefined' && navigator.userAgent.includes('Macintosh')

/** Replaces `Mod` with Meta (⌘) on macOS and Ctrl elsewhere. */
export function platformShortcut(keys: string, mac = isMac): Shortcut {
  return keys.replace('Mod', mac ? 'Meta' : 'Ctrl')
}

type KeyParts = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>

/** The shortcut of a key press; empty if only modifiers are pressed. */
export function shortcutOf(event: KeyParts): Shortcut {
  const key = keyName(event)
  if (key === '') return ''
  // Some keyboard layouts need Shift for +, others don't.
  const shift = event.shiftKey && key !== '='
  const modifiers = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', shift && 'Shift', event.metaKey && 'Meta']
  return [...modifiers.filter(Boolean), key].join('+')
}

/** Formats a shortcut for display: `Ctrl Shift F`, or `⌃⇧F` on macOS. */
export function shownShortcut(keys: Shortcut, mac = isMac): string {
  if (keys === '') return ''
  const parts = keys.split(/\+(?=.)/)
  if (!mac) return parts.join(' ').replace('Meta', 'Win')
  const signs: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘' }
  return parts.map(part => signs[part] ?? part).join('')
}

// Letters go by the character, so that shortcuts follow the keyboard layout; other keys go by their position.
function keyName({ key, code }: KeyParts): string {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Unidentified'].includes(key)) return ''
  if (/^[a-z]$/i.test(key)) return key.toUpperCase()
  if (key in written) return written[key] as string
  if (/^Key[A-Z]$/.test(code)) return code.slice(3)
  if (/^(Digit|Numpad)\d$/.test(code)) return code.slice(-1)
  return placed[code] ?? key
}

const written: Readonly<Record<string, string>> = { '+': '=', '=': '=', '-': '-', _: '-', ',': ',', ' ': 'Space' }
const placed: Readonly<Record<string, string>> = {
  Period: '.',
  Slash: '/',
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Semicolon: ';',
  Quote: "'",
  Backquote: '`',
}
