import { isCharacter, isKeypad, type KeyStroke } from './key-stroke.ts'
import { functionalKeys, kittyKeypad, kittyKeys, kittyModifiers, usKeys, type FunctionalKey } from './key-tables.ts'
import { isReserved, latinOf, modifierParameter } from './legacy-keys.ts'

/** The flags of kitty's keyboard protocol ("Progressive enhancement"). All five are supported. */
export const kittyFlags = { disambiguate: 1, eventTypes: 2, alternateKeys: 4, allKeys: 8, text: 16 } as const
export const allKittyFlags = 31

/** The output of a key: a sequence, its legacy bytes, plain text, or nothing. */
export type KittyAnswer = { readonly bytes: string } | 'legacy' | 'text' | 'nothing'

/** Encodes a key by kitty's keyboard protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). At least one flag is set. */
export function kittyAnswer(stroke: KeyStroke, flags: number): KittyAnswer {
  const has = (flag: number) => (flags & flag) !== 0
  const released = stroke.kind === 'release'
  if (released && !has(kittyFlags.eventTypes)) return 'nothing'
  if (isReserved(stroke)) return released ? 'nothing' : 'legacy'
  const found = keyOf(stroke)
  if (found === null) return 'nothing'
  if (!has(kittyFlags.allKeys)) {
    const plain = withoutAllKeys(stroke, found, flags)
    if (plain !== null) return plain
  }
  return { bytes: sequence(stroke, found, flags) }
}

interface FoundKey extends FunctionalKey {
  readonly kind: 'character' | 'editing' | 'modifier' | 'functional'
}

function keyOf(stroke: KeyStroke): FoundKey | null {
  const { key, code } = stroke
  const modifier = kittyModifiers[code]
  if (modifier !== undefined) return { kind: 'modifier', number: modifier, final: 'u' }
  if (isKeypad(stroke) && kittyKeypad[key] !== undefined)
    return { kind: isCharacter(key) ? 'character' : 'functional', number: kittyKeypad[key], final: 'u' }
  if (isCharacter(key)) return { kind: 'character', number: unshifted(stroke).codePointAt(0) ?? 0, final: 'u' }
  const known = kittyKeys[key] ?? functionalKeys[key]
  if (!known) return null
  if (/^(?:CapsLock|NumLock|ScrollLock)$/.test(key)) return { kind: 'modifier', ...known }
  return { kind: /^(?:Enter|Tab|Backspace)$/.test(key) ? 'editing' : 'functional', ...known }
}

/** The answer unless all keys are reported; null for a key that has a sequence anyway. */
function withoutAllKeys(
  { kind, key, shift, alt, ctrl }: KeyStroke,
  found: FoundKey,
  flags: number,
): KittyAnswer | null {
  const released = kind === 'release'
  const disambiguated = (flags & kittyFlags.disambiguate) !== 0
  switch (found.kind) {
    case 'modifier':
      return 'nothing'
    case 'editing':
      // Enter, Tab and Backspace keep their legacy bytes, so that users can type `reset` after a program crashed.
      if (released) return 'nothing'
      return disambiguated && (shift || alt || ctrl) ? null : 'legacy'
    case 'character':
      if (released) return null
      if (!ctrl && !alt) return 'text'
      return disambiguated ? null : 'legacy'
    case 'functional':
      if (released) return null
      if (disambiguated) return null
      // Without disambiguation only keys with a CSI sequence, such as the arrows, can carry an event type.
      return found.final === 'u' || (flags & kittyFlags.eventTypes) === 0 ? legacyOrNothing(key) : null
  }
}

function legacyOrNothing(key: string): KittyAnswer {
  return key === 'Escape' || key === 'Enter' || functionalKeys[key] ? 'legacy' : 'nothing'
}

function sequence(stroke: KeyStroke, found: FoundKey, flags: number): string {
  const event = (flags & kittyFlags.eventTypes) === 0 ? 1 : { press: 1, repeat: 2, release: 3 }[stroke.kind]
  const modifiers = modifierParameter(stroke) + locks(stroke, found, flags)
  const second = modifiers === 1 && event === 1 ? '' : `${modifiers}${event === 1 ? '' : `:${event}`}`
  if (found.final !== 'u') {
    if (second !== '') return `\x1b[${found.number};${second}${found.final}`
    return `\x1b[${found.number === 1 ? '' : found.number}${found.final}`
  }
  const fields = [`${found.number}${alternates(stroke, found, flags)}`, second, textOf(stroke, flags)]
  while (fields.at(-1) === '') fields.pop()
  return `\x1b[${fields.join(';')}u`
}

/** Caps Lock is 64, Num Lock 128. Text keys carry them only when all keys are reported. */
function locks({ capsLock, numLock }: KeyStroke, { kind }: FoundKey, flags: number): number {
  const writes = kind === 'character' || kind === 'editing'
  return writes && (flags & kittyFlags.allKeys) === 0 ? 0 : (capsLock ? 64 : 0) + (numLock ? 128 : 0)
}

/** The shifted key, and the key at the same position on a US keyboard if it is another one. */
function alternates(stroke: KeyStroke, { kind, number }: FoundKey, flags: number): string {
  if (kind !== 'character' || isKeypad(stroke) || (flags & kittyFlags.alternateKeys) === 0) return ''
  const shifted = stroke.shift ? stroke.key.codePointAt(0) : undefined
  const base = usKeys[stroke.code]?.[0].codePointAt(0)
  const parts = [shifted === number ? '' : (shifted ?? ''), base === number ? '' : (base ?? '')]
  if (parts[1] !== '') return `:${parts[0]}:${parts[1]}`
  return parts[0] === '' ? '' : `:${parts[0]}`
}

function textOf({ kind, key, alt, ctrl }: KeyStroke, flags: number): string {
  const wanted = (flags & kittyFlags.text) !== 0 && (flags & kittyFlags.allKeys) !== 0
  return wanted && kind !== 'release' && isCharacter(key) && !alt && !ctrl ? String(key.codePointAt(0)) : ''
}

/** The character without Shift, by which the protocol names a key. */
function unshifted(stroke: KeyStroke): string {
  const { key, code, shift } = stroke
  const lower = key.toLowerCase()
  if (!shift || lower !== key) return [...lower].length === 1 ? lower : key
  return latinOf(stroke) === key ? (usKeys[code]?.[0] ?? key) : key
}
