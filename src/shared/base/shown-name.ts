// Direction marks and other characters that hide or reorder what stands around them.
const hidden = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
// eslint-disable-next-line no-control-regex -- making controls visible is this function's job
const controls = /[\u0000-\u001f\u007f-\u009f]/g
const rawByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/g

/**
 * A file name as it is shown: what can't be seen is made visible (a newline as ␊), a byte that is no UTF-8 as `\xff`.
 * File names themselves travel as strings in which such a byte is a lone surrogate U+DC80 to U+DCFF.
 */
export function shownName(name: string): string {
  return name
    .replace(rawByte, character => `\\x${(character.charCodeAt(0) - 0xdc00).toString(16)}`)
    .replace(controls, character => picture(character.charCodeAt(0)))
    .replace(hidden, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same for a text of several lines: its line breaks and tabs stay. */
export function shownText(text: string): string {
  return text.replace(/[^\n\t]+/g, shownName)
}

function picture(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : `\\x${code.toString(16)}`
}
