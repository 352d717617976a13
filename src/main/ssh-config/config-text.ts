/**
 * The lines of ssh_config(5), kept so that printing gives back every byte:
 *
 *   [space] keyword [space] [=] [space] arguments [space]
 */
export interface ConfigLine {
  /** The line with its own ending. */
  readonly raw: string
  /** 1-based. */
  readonly number: number
  /** In lower case; empty for a blank line or a comment. */
  readonly keyword: string
  /** What follows the keyword, without the spaces at either end. */
  readonly rest: string
}

/** Reads a file's text. Any text has lines; what they mean is for others to say. */
export function parseConfig(text: string): readonly ConfigLine[] {
  const lines: ConfigLine[] = []
  let start = 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    const next = end < 0 ? text.length : end + 1
    lines.push(parseLine(text.slice(start, next), lines.length + 1))
    start = next
  }
  return lines
}

/** The text that was read, byte for byte. */
export function printConfig(lines: readonly ConfigLine[]): string {
  return lines.map(({ raw }) => raw).join('')
}

/** Splits arguments as OpenSSH's argv_split does: quotes of both kinds, a few escapes, `#` ends them. Null when a quote stays open. */
export function splitArguments(text: string): readonly string[] | null {
  const found: string[] = []
  for (let at = 0; at < text.length; at++) {
    if (isBlank(text[at])) continue
    if (text[at] === '#') break
    let word = ''
    let quote = ''
    for (; at < text.length; at++) {
      const letter = text[at] as string
      const next = text[at + 1] ?? ''
      if (letter === '\\' && (`'"\\`.includes(next || ' ') || (quote === '' && next === ' '))) {
        word += next
        at++
      } else if (quote === '' && isBlank(letter)) break
      else if (quote === '' && (letter === '"' || letter === "'")) quote = letter
      else if (quote !== '' && letter === quote) quote = ''
      else word += letter
    }
    if (quote !== '') return null
    found.push(word)
  }
  return found
}

/** One argument so that `splitArguments` gives it back. Throws for control characters, which no line can hold. */
export function quoteArgument(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new RangeError('An argument holds no control characters')
  if (value !== '' && !/[\s"'\\#]/.test(value)) return value
  return `"${value.replace(/\\(?=["'\\]|$)|"/g, '\\$&')}"`
}

function isBlank(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t'
}

// OpenSSH's WHITESPACE; a form feed may stand at the end of a line only.
const pattern = /^[ \t\r]*([^ \t\r\n"=]+)[ \t\r]*(?:=[ \t\r]*)?/
const hash = 35

function parseLine(raw: string, number: number): ConfigLine {
  const match = pattern.exec(raw)
  const keyword = match?.[1]
  if (match === null || keyword === undefined || keyword.charCodeAt(0) === hash)
    return { raw, number, keyword: '', rest: '' }
  let end = raw.length
  while (end > match[0].length && isTrailing(raw.charCodeAt(end - 1))) end--
  return { raw, number, keyword: keyword.toLowerCase(), rest: raw.slice(match[0].length, end) }
}

// Space, tab, line feed, form feed, carriage return.
function isTrailing(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 12 || code === 13
}
