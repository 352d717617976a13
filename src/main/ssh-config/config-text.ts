/**
 * The lines of ssh_config(5), kept so that printing gives back every byte:
 *
 *   [space] keyword [space] [=] [space] arguments [space]
 *
 * Keywords are found by the rules of OpenSSH's readconf.c, except that a byte order mark at the start of the text is
 * skipped.
 */
export interface ConfigLine {
  /** The line with its own line ending. */
  readonly raw: string
  /** 1-based. */
  readonly number: number
  /** In lower case; empty for a blank line or comment. */
  readonly keyword: string
  /** The text after the keyword, without surrounding spaces. */
  readonly rest: string
}

/** Splits a file into lines. Never fails; the meaning of the lines is up to the caller. */
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

/** Restores the text byte for byte. */
export function printConfig(lines: readonly ConfigLine[]): string {
  return lines.map(({ raw }) => raw).join('')
}

/**
 * Splits arguments as OpenSSH's argv_split does: both kinds of quotes, a few escapes, `#` ends them. Null if a quote
 * isn't closed.
 */
export function splitArguments(text: string): readonly string[] | null {
  if (/^[^ \t"'\\#]+$/.test(text)) return [text]
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

/**
 * Quotes one argument so that `splitArguments` restores it. Throws for control characters, which no line can contain.
 */
export function quoteArgument(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new RangeError('An argument can’t contain control characters')
  if (value !== '' && !/[\s"'\\#]/.test(value)) return value
  return `"${value.replace(/\\(?=["'\\]|$)|"/g, '\\$&')}"`
}

function isBlank(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t'
}

// Windows programs write this mark before UTF-8; the second form is how it appears in a file that isn't otherwise
// UTF-8.
const byteOrderMark = /^(?:\uFEFF|\xEF\xBB\xBF)/

// The common form of a line; anything with quotes or a leading equals sign before its arguments takes the slow path.
const plainHead = /^[ \t\r]*([^ \t\r\n"=]+)(?=[ \t\r\n=]|$)[ \t\r]*(?:=[ \t\r]*)?/
const hash = 35

function parseLine(raw: string, number: number): ConfigLine {
  const nothing = { raw, number, keyword: '', rest: '' }
  const text = withoutEnd(number === 1 ? raw.replace(byteOrderMark, '') : raw)
  const plain = plainHead.exec(text)
  const [keyword, rest] = plain ? [plain[1] as string, text.slice(plain[0].length)] : splitHead(text)
  if (keyword === '' || keyword.charCodeAt(0) === hash) return nothing
  return { raw, number, keyword: lowerAscii(keyword), rest }
}

/**
 * Returns a line up to its first NUL, as C reads it, without what OpenSSH strips at its end. The first character always
 * stays.
 */
function withoutEnd(text: string): string {
  const zero = text.indexOf('\0')
  let end = zero < 0 ? text.length : zero
  while (end > 1 && isTrailing(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

/**
 * Returns the keyword, which may be empty, and the arguments. OpenSSH ignores a line whose keyword only opens a
 * quotation mark.
 */
function splitHead(text: string): readonly [string, string] {
  const [first, after] = nextWord(text) ?? ['', '']
  const [keyword, rest] = first === '' ? (nextWord(after) ?? ['', '']) : [first, after]
  return [keyword, rest.replace(/^[ \t\r\n]+/, '')]
}

/**
 * Implements OpenSSH's strdelim: the text up to a space, an equals sign or the end of a quotation, and the rest. Null
 * if a quotation mark isn't closed.
 */
export function nextWord(text: string): readonly [word: string, rest: string] | null {
  const at = text.search(/[ \t\r\n"=]/)
  if (at < 0) return [text, '']
  if (text[at] === '"') {
    const end = text.indexOf('"', at + 1)
    if (end < 0) return null
    return [text.slice(0, at) + text.slice(at + 1, end), text.slice(end + 1).replace(/^[ \t\r\n]+/, '')]
  }
  const rest = text.slice(at + 1).replace(/^[ \t\r\n]+/, '')
  const skipsEquals = text[at] !== '=' && rest.startsWith('=')
  return [text.slice(0, at), skipsEquals ? rest.slice(1).replace(/^[ \t\r\n]+/, '') : rest]
}

/** Lower-cases only the 26 ASCII letters: other alphabets have letters whose lower case is one of these. */
export function lowerAscii(text: string): string {
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : text.toLowerCase()
}

// Space, tab, line feed, form feed, carriage return.
function isTrailing(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 12 || code === 13
}
