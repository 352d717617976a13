import { usKeys } from './key-tables.ts'

/** A key as reported to a program in a terminal, with the rules of the platform already applied. */
export interface KeyStroke {
  readonly kind: 'press' | 'repeat' | 'release'
  /** The name or the character, as in KeyboardEvent.key. */
  readonly key: string
  /** The position on the keyboard, as in KeyboardEvent.code. */
  readonly code: string
  readonly shift: boolean
  readonly alt: boolean
  readonly ctrl: boolean
  readonly capsLock: boolean
  readonly numLock: boolean
}

export type KeyPlatform = 'linux' | 'mac' | 'windows'

/** The used parts of a KeyboardEvent. */
export type KeyEvent = Pick<
  KeyboardEvent,
  'type' | 'key' | 'code' | 'keyCode' | 'repeat' | 'isComposing' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'
> & { getModifierState(name: string): boolean }

// The keyCode of a key that an input method handles.
const takenByInputMethod = 229
const unnamed = new Set(['Process', 'Unidentified', 'Compose'])

/** True for a key that produces one character. */
export const isCharacter = (key: string): boolean => [...key].length === 1

/** True for a key of the numeric keypad. */
export const isKeypad = ({ code }: Pick<KeyStroke, 'code'>): boolean => code.startsWith('Numpad')

/**
 * The stroke of a keyboard event; null for one that belongs to the system or to an input method: ⌘ and the Windows key,
 * compositions, dead keys, and the characters of AltGr and of Option on macOS, which are ordinary text.
 */
export function strokeOf(event: KeyEvent, platform: KeyPlatform, optionIsMeta: boolean): KeyStroke | null {
  const optionPressed = platform === 'mac' && event.altKey
  // Option starts a composition with some letters, which it must not do as Meta.
  const composes = event.isComposing || event.keyCode === takenByInputMethod || event.key === 'Dead'
  if (composes && !(optionPressed && optionIsMeta && !event.isComposing && event.code in usKeys)) return null
  if (event.metaKey || unnamed.has(event.key)) return null
  const key = optionPressed && (optionIsMeta || event.ctrlKey) ? withoutOption(event) : event.key
  const modifiers = modifiersOf(event, { platform, optionIsMeta, key })
  if (modifiers === null) return null
  return {
    kind: event.type === 'keyup' ? 'release' : event.repeat ? 'repeat' : 'press',
    key,
    code: event.code,
    shift: event.shiftKey,
    ...modifiers,
    capsLock: event.getModifierState('CapsLock'),
    numLock: event.getModifierState('NumLock'),
  }
}

interface Context {
  readonly platform: KeyPlatform
  readonly optionIsMeta: boolean
  readonly key: string
}

/** Ctrl and Alt if they are used as modifiers; null if they only select a character. */
function modifiersOf(event: KeyEvent, { platform, optionIsMeta, key }: Context) {
  const { altKey: alt, ctrlKey: ctrl } = event
  if (event.getModifierState('AltGraph')) {
    // Windows reports AltGr as Ctrl and Alt as well: neither of them was pressed.
    if (alt || platform === 'windows') return isCharacter(key) ? null : { alt: false, ctrl: ctrl && !alt }
    // Ctrl with a character that needs AltGr on this keyboard, such as Ctrl+\ on a German one.
    return isCharacter(key) && !ctrl ? null : { alt, ctrl }
  }
  if (!isCharacter(key)) return { alt, ctrl }
  if (platform === 'mac' && alt && !ctrl && !optionIsMeta) return null
  // On Windows Ctrl+Alt stands for AltGr: they are modifiers only if the character is the same without them.
  if (platform === 'windows' && alt && ctrl && usCharacter(event) !== key) return null
  return { alt, ctrl }
}

function withoutOption(event: KeyEvent): string {
  return usCharacter(event) ?? event.key
}

/** The character of the key on a US keyboard; undefined if it has none. Letters follow the layout. */
function usCharacter({ keyCode, code, shiftKey }: KeyEvent): string | undefined {
  if (keyCode >= 65 && keyCode <= 90) {
    const letter = String.fromCharCode(keyCode)
    return shiftKey ? letter : letter.toLowerCase()
  }
  return usKeys[code]?.[shiftKey ? 1 : 0]
}
