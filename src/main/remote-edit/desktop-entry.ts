/** A program of the Linux desktop, as described by its desktop entry. */
export interface DesktopEntry {
  readonly exec: string
  readonly categories: readonly string[]
  readonly terminal: boolean
}

/** Parses the main group of a .desktop file (Desktop Entry Specification 1.5); null for anything but an application. */
export function readDesktopEntry(text: string): DesktopEntry | null {
  const values = new Map<string, string>()
  let inside = false
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('[')) inside = line.trim() === '[Desktop Entry]'
    const [, key, value] = /^([A-Za-z0-9-]+)\s*=\s*(.*)$/.exec(line) ?? []
    if (inside && key !== undefined && value !== undefined && !values.has(key)) values.set(key, value)
  }
  const exec = values.get('Exec')
  if (values.get('Type') !== 'Application' || exec === undefined || values.get('Hidden') === 'true') return null
  return {
    exec: unescaped(exec),
    categories: (values.get('Categories') ?? '').split(';').filter(category => category !== ''),
    terminal: values.get('Terminal') === 'true',
  }
}

/**
 * Splits an Exec line, with one file in place of its field codes (`%f`, `%F`, `%u`, `%U`), or last if it has none. Null
 * for a line that violates the quoting rules.
 */
export function execWords(exec: string, path: string): readonly string[] | null {
  const words = split(exec)
  if (!words || words.length === 0) return null
  let placed = false
  const filled = words.flatMap(({ text, quoted }) => {
    // The specification doesn't define a field code inside quotation marks, so it is kept as text.
    if (quoted) return [text]
    if (/^%[fFuU]$/.test(text)) {
      placed = true
      return [path]
    }
    if (/^%[a-zA-Z]$/.test(text)) return []
    return [text.replace(/%(.)/g, (_code, letter: string) => (letter === '%' ? '%' : ''))]
  })
  return placed ? filled : [...filled, path]
}

interface Word {
  readonly text: string
  readonly quoted: boolean
}

function split(exec: string): readonly Word[] | null {
  const words: Word[] = []
  // Inside quotation marks a backslash escapes these four characters; outside, the specification reserves the rest.
  const word = /\s*(?:"((?:[^"\\`$]|\\["\\`$])*)"|([^\s"'\\`$<>~|&;*?#()]+))(?=\s|$)/y
  let at = 0
  const text = exec.trim()
  while (at < text.length) {
    word.lastIndex = at
    const found = word.exec(text)
    if (!found) return null
    at = word.lastIndex
    const [, quoted, plain] = found
    words.push(
      quoted === undefined
        ? { text: plain as string, quoted: false }
        : { text: quoted.replace(/\\(["\\`$])/g, '$1'), quoted: true },
    )
  }
  return words
}

/** Decodes the escapes of a desktop entry's value. */
function unescaped(value: string): string {
  const letters: Readonly<Record<string, string>> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' }
  return value.replace(/\\([sntr\\])/g, (_all, letter: string) => letters[letter] as string)
}
