/**
 * The lines of ssh_config(5), kept so that printing gives back every byte:
 *
 *   [space] keyword [space] [=] [space] arguments [space]
 *
 * Keywords are found by the rules of OpenSSH's readconf.c, except that a byte order mark at the start of the text is
 * skipped.
 */
export interface ConfigLine {
  /** The line with its own ending. */
  readonly raw: string
  /** 1-based. */
  readonly number: number
  /** In lower case; empty for a line that says nothing: a blank one, a comment. */
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

/** One argument so that `splitArguments` gives it back. Throws for control characters, which no line can hold. */
export function quoteArgument(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new RangeError('An argument can’t contain control characters')
  if (value !== '' && !/[\s"'\\#]/.test(value)) return value
  return `"${value.replace(/\\(?=["'\\]|$)|"/g, '\\$&')}"`
}

function isBlank(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t'
}

// Windows programs write this mark before UTF-8; the second form is how it looks in a file that is not UTF-8 otherwise.
const byteOrderMark = /^(?:\uFEFF|\xEF\xBB\xBF)/

// The common form of a line; whatever holds quotes or a leading equals sign before its arguments takes the long way.
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

/** A line up to its first NUL, as C reads it, without what OpenSSH strips at its end. The first letter always stays. */
function withoutEnd(text: string): string {
  const zero = text.indexOf('\0')
  let end = zero < 0 ? text.length : zero
  while (end > 1 && isTrailing(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

/** The keyword, which may be empty, and the arguments. OpenSSH passes over a line whose keyword opens a quotation mark only. */
function splitHead(text: string): readonly [string, string] {
  const [first, after] = nextWord(text) ?? ['', '']
  const [keyword, rest] = first === '' ? (nextWord(after) ?? ['', '']) : [first, after]
  return [keyword, rest.replace(/^[ \t\r\n]+/, '')]
}

/**
 * OpenSSH's strdelim: the text up to a space, an equals sign or the end of a quotation, and what follows. Null where a
 * quotation mark is not closed.
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

/** Lower case of the 26 letters only: other alphabets have letters whose lower case is one of these. */
export function lowerAscii(text: string): string {
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : text.toLowerCase()
}

// Space, tab, line feed, form feed, carriage return.
function isTrailing(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 12 || code === 13
}
