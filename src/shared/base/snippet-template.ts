/** A placeholder in a snippet, filled in when it runs. */
export interface Variable {
  readonly name: string
  /** Typed without echo, and never stored. */
  readonly hidden: boolean
  /** The default value; null if a value is required. */
  readonly fallback: string | null
  /** The values to choose from; empty for any text. */
  readonly choices: readonly string[]
}

/** A part of a snippet: literal text, or a placeholder; `raw` inserts the value unquoted. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly variable: Variable; readonly raw: boolean; readonly source: string }

/** Names that are filled in automatically, with a description of each. */
export const givenVariables = {
  host: 'name of the host',
  address: 'address of the host',
  user: 'user name on the host',
  port: 'port of the host',
  cwd: 'working directory of the terminal',
  selection: 'text selected in the terminal',
  clipboard: 'text on the clipboard',
  date: 'today’s date, such as 2026-01-31',
  'local-user': 'your user name on this computer',
} as const

// The text between the braces: a name, and its options.
const inner = /^[ \t]*([\p{L}_][\p{L}\p{N}_-]{0,63})[ \t]*(?:(!)[ \t]*|:(.*)|\|(.*))?$/u
const longestPlace = 2_048

/**
 * Splits a snippet into text and placeholders: `{{name}}`, `{{name:default}}`, `{{name|a|b}}`, `{{name!}}` for a hidden
 * value, each with three braces for an unquoted value, as in Mustache. A backslash before the braces keeps them
 * literally, and so does anything that isn't a valid placeholder, such as `{{.Names}}`.
 */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'text', text: plain })
    plain = ''
  }
  let [at, end] = [0, -1]
  for (;;) {
    const braces = text.indexOf('{{', at)
    if (end < braces + 2) end = text.indexOf('}}', braces + 2)
    if (braces < 0 || end < 0) break
    plain += text.slice(at, braces)
    const found = placeAt(text, braces, end)
    at = braces + (found?.source.length ?? 1)
    if (!found) plain += '{'
    else if (isEscaped(plain)) plain = plain.slice(0, -1) + found.source
    else {
      flush()
      parts.push(found)
    }
  }
  plain += text.slice(at)
  flush()
  return parts
}

type Place = Extract<TemplatePart, { kind: 'variable' }>

/** Parses the placeholder that starts at `start`; `end` is the position of the next two closing braces. */
function placeAt(text: string, start: number, end: number): Place | null {
  if (end - start > longestPlace) return null
  const raw = text[start + 2] === '{'
  if (raw && text[end + 2] !== '}') return null
  const found = inner.exec(text.slice(start + (raw ? 3 : 2), end))
  if (!found) return null
  const [, name = '', hidden, fallback, list] = found
  // An object can't have a key of this name.
  if (name === '__proto__') return null
  const choices = list === undefined ? [] : list.split('|')
  return {
    kind: 'variable',
    variable: { name, hidden: hidden !== undefined, fallback: fallback ?? choices[0] ?? null, choices },
    raw,
    source: text.slice(start, end + (raw ? 3 : 2)),
  }
}

function isEscaped(before: string): boolean {
  let count = 0
  while (before[before.length - 1 - count] === '\\') count++
  return count % 2 === 1
}

/** Returns every variable once, in order of first appearance; the options of one placeholder apply to all. */
export function variablesIn(parts: readonly TemplatePart[]): readonly Variable[] {
  const found = new Map<string, Variable>()
  for (const part of parts) {
    if (part.kind === 'text') continue
    const { name, hidden, fallback, choices } = part.variable
    const known = found.get(name) ?? part.variable
    found.set(name, {
      name,
      hidden: known.hidden || hidden,
      fallback: known.fallback ?? fallback,
      choices: known.choices.length > 0 ? known.choices : choices,
    })
  }
  return [...found.values()]
}

/**
 * True for a variable that is filled in automatically; one with choices, or a hidden one, is asked for like any other.
 */
export function isGiven(variable: Variable): boolean {
  return Object.hasOwn(givenVariables, variable.name) && !variable.hidden && variable.choices.length === 0
}
