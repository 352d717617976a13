// Format characters (Unicode's Cf: direction marks, joiners, tags), line and paragraph separators, and what else Unicode
// lets a font leave out.
const hidden = /[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
// Emoji sequences (UTS #51): a joiner stands between two pictures; a selector follows a picture, or a keycap's digit.
const picture = /\p{Extended_Pictographic}$/u
const joinable = /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?$/u

/** Replaces each character that can't be seen or that reorders those around it, but for the joints of an emoji. */
export function replaceHidden(text: string, by: (character: string) => string): string {
  return text.replace(hidden, (character, at: number) => (isInEmoji(text, at) ? character : by(character)))
}

function isInEmoji(text: string, at: number): boolean {
  // A picture and its modifier are two UTF-16 units each.
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
