import type { KeyStroke } from './key-stroke.ts'
import { kittyAnswer } from './kitty-keys.ts'
import { legacyBytes } from './legacy-keys.ts'
import { otherKeyBytes, type OtherKeysLevel } from './other-keys.ts'

/** The key encoding that a program asked for. */
export interface KeyModes {
  /** DECCKM. */
  readonly applicationCursor: boolean
  /** The flags of kitty's keyboard protocol, which overrides modifyOtherKeys; 0 is off. */
  readonly kittyFlags: number
  readonly otherKeys: OtherKeysLevel
}

/** The bytes that a key sends: null for plain text, empty for a key that sends nothing. */
export function encodeKey(stroke: KeyStroke, { applicationCursor, kittyFlags, otherKeys }: KeyModes): string | null {
  const legacy = () => legacyBytes(stroke, applicationCursor)
  if (kittyFlags === 0) return stroke.kind === 'release' ? '' : (otherKeyBytes(stroke, otherKeys) ?? legacy())
  const answer = kittyAnswer(stroke, kittyFlags)
  switch (answer) {
    case 'legacy':
      return legacy()
    case 'text':
      return null
    case 'nothing':
      return ''
    default:
      return answer.bytes
  }
}
