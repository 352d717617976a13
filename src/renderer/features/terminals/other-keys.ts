import { isCharacter, isKeypad, type KeyStroke } from './key-stroke.ts'
import { controlOf, latinOf, modifierParameter } from './legacy-keys.ts'

/** xterm's modifyOtherKeys: 0 is off, 1 covers only keys without a well-known meaning, 2 all keys. */
export type OtherKeysLevel = 0 | 1 | 2

/**
 * The sequence `CSI 27 ; modifiers ; code ~` of a key without a sequence of its own (ctlseqs, XTMODKEYS; ModifyOtherKeys()
 * and allowedCharModifiers() in xterm's input.c); null if modifyOtherKeys doesn't change the key.
 */
export function otherKeyBytes(stroke: KeyStroke, level: OtherKeysLevel): string | null {
  const modifiers = modifierParameter(stroke)
  if (level === 0 || modifiers === 1) return null
  if (isKeypad(stroke)) return null
  const code = isCharacter(stroke.key) ? characterCode(stroke, level) : namedCode(stroke, level)
  return code === null ? null : `\x1b[27;${modifiers};${code}~`
}

function characterCode(stroke: KeyStroke, level: 1 | 2): number | null {
  const { shift, alt, ctrl } = stroke
  const character = latinOf(stroke)
  const code = character.codePointAt(0) ?? 0
  // Keys with a control character in their lower bits: `@`, letters, brackets.
  const isControlKey = code >= 0x40 && code <= 0x7f
  if (level === 2) return ctrl || alt || isControlKey || (shift && character === ' ') ? code : null
  if (!ctrl || isControlKey) return null
  return character !== '?' && controlOf(character) !== null ? null : code
}

function namedCode({ key, shift, alt, ctrl }: KeyStroke, level: 1 | 2): number | null {
  switch (key) {
    case 'Enter':
      return level === 1 && alt && !shift ? null : 13
    case 'Tab':
      // Shift+Tab has its own sequence, CSI Z.
      if (level === 1) return shift || alt ? null : 9
      return shift && !alt && !ctrl ? null : 9
    case 'Escape':
      return level === 1 && !(alt && ctrl) ? null : 27
    case 'Backspace':
      if (level === 1) return null
      // Ctrl alone turns DEL into BS; with Shift or Alt as well, BS is the code that they modify.
      return ctrl ? (shift || alt ? 8 : null) : 127
    default:
      return null
  }
}
