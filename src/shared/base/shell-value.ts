import { AppError } from './errors.ts'
import type { Dialect, HerePlace, ShellPlace } from './shell-dialect.ts'

export interface ValueOptions {
  readonly dialect: Dialect
  /** The value goes through a terminal, where control characters act as keys. */
  readonly typed: boolean
}

/**
 * Quotes a value for its place in a command line: whatever its characters, the shell treats it as a word or part of
 * one, never as code. Errors: `invalid-input` if that is impossible.
 */
export function shellValue(value: string, place: ShellPlace, options: ValueOptions): string {
  if (value.includes('\0')) throw refused('A value can’t contain a NUL character. Remove it.')
  const { dialect } = options
  if (place.kind === 'unsafe')
    throw refused(`A value can’t be quoted ${place.where}. To insert it unquoted, write it with three braces.`)
  if (place.kind === 'comment') return value.replace(/[^\p{L}\p{N}_./:-]+/gu, ' ')
  if (place.kind === 'here') return hereText(value, place, options)
  if (dialect === 'cmd') return cmdText(value, place)
  if (dialect === 'other') return plainText(value, place)
  if (dialect === 'powershell') return powershellText(value, place, options)
  return inUnixQuotes(unixWord(value, options), place)
}

/**
 * Returns a shell variable that contains a value, for its place; errors as in `shellValue`. For POSIX shells and fish.
 */
export function shellVariable(name: string, place: ShellPlace): string {
  if (place.kind === 'comment') return ''
  if (place.kind === 'unsafe' || place.kind === 'here')
    throw refused(
      'A hidden value can’t be used in a here-document or where quoting is impossible. Make it a word of its own.',
    )
  return inUnixQuotes(`"$${name}"`, place)
}

// Closes the surrounding quotes before the word and reopens them after it.
function inUnixQuotes(word: string, { kind }: ShellPlace): string {
  if (kind === 'double') return `"${word}"`
  if (kind === 'single') return `'${word}'`
  return kind === 'ansi' ? `'${word}$'` : word
}

/**
 * Quotes a word for all POSIX shells and fish alike: single quotes contain everything except quotes, backslashes
 * (special in fish), and `!` (special in csh and interactive shells), which are placed outside, each after a backslash.
 */
export function unixWord(value: string, { dialect, typed }: ValueOptions): string {
  if (dialect === 'csh' && typed && control.test(value.replaceAll('\n', '')))
    throw refused('A value with control characters can’t be typed into csh. Run this snippet in the background.')
  const special = typed ? (dialect === 'sh' ? keys : controls) : dialect === 'csh' ? marksAndLines : marks
  // Every other piece is a separator.
  const pieces = value.split(special).map((piece, index) => (index % 2 === 1 ? escaped(piece, dialect) : quoted(piece)))
  return pieces.join('') || "''"
}

/* eslint-disable no-control-regex -- finding controls is the point */
const control = /[\u0001-\u001f\u007f-\u009f]/
const marks = /(['\\!])/
const marksAndLines = /(['\\!\n])/
const controls = /(['\\!\u0001-\u001f\u007f-\u009f])/
// A shell that reads lines without an editor accepts a line break in quotes.
const keys = /(['\\!\u0001-\u0009\u000b-\u001f\u007f-\u009f])/
/* eslint-enable no-control-regex */

function quoted(text: string): string {
  return text === '' ? '' : `'${text}'`
}

function escaped(text: string, dialect: Dialect): string {
  if (!control.test(text)) return `\\${text}`
  if (dialect === 'csh') return "'\\\n'"
  if (dialect === 'fish') return `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`
  const code = text.charCodeAt(0)
  // From U+0080 on, two bytes of UTF-8.
  const bytes = (code < 0x80 ? [code] : [0xc2, code]).map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  return dialect === 'sh' ? `"$(printf '${bytes}')"` : `$'${bytes}'`
}

function hereText(value: string, place: HerePlace, { typed }: ValueOptions): string {
  if (value.includes('\n') || (typed && control.test(value)))
    throw refused('A value in a here-document must be a single line without control characters.')
  // The text after it may complete the delimiter.
  const line = place.line + value
  if (place.end.startsWith(place.tabs ? line.replace(/^\t+/, '') : line))
    throw refused('With this value, a line could match the here-document’s delimiter. Use another delimiter.')
  return place.literal ? value : value.replace(/[\\$`]/g, '\\$&')
}

// about_Quoting_Rules of PowerShell: quotes are doubled, including typographic ones.
function powershellText(value: string, { kind }: ShellPlace, { typed }: ValueOptions): string {
  if (typed && control.test(value)) {
    if (kind === 'single')
      throw refused('A value with control characters can’t be used in single quotes here. Use double quotes.')
    const text = escapedForDouble(value).replace(new RegExp(control, 'g'), each => `$([char]${each.charCodeAt(0)})`)
    return kind === 'double' ? text : `"${text}"`
  }
  if (kind === 'double') return escapedForDouble(value)
  const doubled = value.replace(/['\u2018-\u201b]/g, '$&$&')
  return kind === 'single' ? doubled : `'${doubled}'`
}

function escapedForDouble(value: string): string {
  return value.replace(/[`$"\u201c-\u201e]/g, '`$&')
}

// cmd.exe expands % inside quotes and can't escape quotes: only harmless characters are accepted.
function cmdText(value: string, { kind }: ShellPlace): string {
  if (!/^[\p{L}\p{N}_ ./\\:+=@,~-]*$/u.test(value) || value.endsWith('\\'))
    throw refused(
      'This value contains characters that can’t be quoted safely for cmd.exe. Use PowerShell as the shell of this host.',
    )
  return kind === 'double' ? value : `"${value}"`
}

// For an unknown shell, only plain words are safe.
function plainText(value: string, { kind }: ShellPlace): string {
  if (!/^[\p{L}\p{N}_./:@+,-]*$/u.test(value))
    throw refused('Hawser can’t quote this value for the shell of this host. Start the snippet with #!/bin/sh.')
  return kind === 'bare' ? `'${value}'` : value
}

function refused(message: string): AppError {
  return new AppError('invalid-input', message)
}
