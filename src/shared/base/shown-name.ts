import { replaceHidden } from './hidden-text.ts'

// eslint-disable-next-line no-control-regex -- making controls visible is this function's job
const controls = /[\u0000-\u001f\u007f-\u009f]/g
const rawByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/g

/**
 * Returns a file name for display: invisible characters become visible (a newline as ␊), and a byte that isn't valid
 * UTF-8 becomes `\xff`. In file names themselves such a byte is a lone surrogate U+DC80 to U+DCFF.
 */
export function shownName(name: string): string {
  const seen = name
    .replace(rawByte, character => `\\x${(character.charCodeAt(0) - 0xdc00).toString(16)}`)
    .replace(controls, character => picture(character.charCodeAt(0)))
  return replaceHidden(seen, escaped)
}

// Longer than names that people use, and short enough for a line of a message.
const maxInSentence = 120

/** The same for a sentence, at most `max` characters: cut in the middle, so that the extension stays. */
export function shortName(name: string, max = maxInSentence): string {
  const shown = name.length <= max ? shownName(name) : ''
  if (name.length <= max && shown.length <= max) return shown
  const half = Math.floor((max - 1) / 2)
  const [from, to] = [half - Number(isSplit(name, half)), name.length - half]
  const head = shownName(name.slice(0, from)).slice(0, half)
  const tail = shownName(name.slice(to + Number(isSplit(name, to)))).slice(-half)
  return `${head}…${tail}`
}

/** True if cutting here would split a character. */
function isSplit(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1))
}

/** The same for a text of several lines: its line breaks and tabs stay. */
export function shownText(text: string): string {
  return text.replace(/[^\n\t]+/g, shownName)
}

/** Returns the invisible characters of a text as shown by `shownText`: each once, at most `max` of them. */
export function hiddenIn(text: string, max: number): readonly string[] {
  const found = new Set<string>()
  const note = (character: string) => {
    if (found.size < max) found.add(shownName(character))
    return ''
  }
  replaceHidden(text.replace(rawByte, note).replace(/[^\P{Cc}\n\t]/gu, note), note)
  return [...found]
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}

function picture(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : `\\x${code.toString(16)}`
}
