/** A key combination as it is stored: modifiers in the order Ctrl, Alt, Shift, Meta and a key, as `Ctrl+Shift+F`. */
export type Shortcut = string

/** True on a Mac, where ⌘ stands for Ctrl. */
export const isMac = typeof navigator !== 'undefined' && navigator.userAgent.includes('Macintosh')

/** `Mod` is Cmd on macOS and Ctrl elsewhere. */
export function platformShortcut(keys: string, mac = isMac): Shortcut {
  return keys.replace('Mod', mac ? 'Meta' : 'Ctrl')
}

type KeyParts = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>

/** The combination of a key press; empty for a modifier alone. */
export function shortcutOf(event: KeyParts): Shortcut {
  const key = keyName(event)
  if (key === '') return ''
  // Plus needs Shift on some keyboards and not on others.
  const shift = event.shiftKey && key !== '='
  const modifiers = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', shift && 'Shift', event.metaKey && 'Meta']
  return [...modifiers.filter(Boolean), key].join('+')
}

/** As people read it: `Ctrl Shift F`, on macOS `⌃⇧F`. */
export function shownShortcut(keys: Shortcut, mac = isMac): string {
  if (keys === '') return ''
  const parts = keys.split(/\+(?=.)/)
  if (!mac) return parts.join(' ').replace('Meta', 'Win')
  const signs: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘' }
  return parts.map(part => signs[part] ?? part).join('')
}

// By what the key writes, so that other layouts find their letters; by its place where it writes none of ours.
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
