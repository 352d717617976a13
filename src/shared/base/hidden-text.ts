// Format characters (Unicode's Cf: direction marks, joiners, tags), line and paragraph separators, and others that
// Unicode allows fonts to ignore.
const hidden = /[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
// Emoji sequences (UTS #51): a joiner is between two pictographs; a selector follows a pictograph or a keycap's digit.
const picture = /\p{Extended_Pictographic}$/u
const joinable = /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?$/u

/** Replaces each character that is invisible or reorders others, except for the joiners of emoji. */
export function replaceHidden(text: string, by: (character: string) => string): string {
  return text.replace(hidden, (character, at: number) => (isInEmoji(text, at) ? character : by(character)))
}

function isInEmoji(text: string, at: number): boolean {
  // A pictograph and its modifier are two UTF-16 units each.
  const before = text.slice(Math.max(0, at - 4), at)
  const after = text.slice(at + 1, at + 3)
  switch (text[at]) {
    case '\u200d':
      return joinable.test(before) && /^\p{Extended_Pictographic}/u.test(after)
    case '\ufe0f':
      return picture.test(before) || (/[0-9#*]$/.test(before) && after.startsWith('\u20e3'))
    default:
      return false
  }
}
