import { parseConfig, printConfig, quoteArgument, type ConfigLine } from './config-text.ts'
import { shownKeyword } from './keywords.ts'

/** A keyword with its new value; null removes its line. */
export type ConfigChange = readonly [keyword: string, value: string | null]

/**
 * Changes keywords in the section that starts at a `Host` line. Every other byte is preserved: comments, order,
 * indentation, line endings. A value keeps its line's indentation, separator and comment; a new line is added after the
 * last one of the section, in the same style. Errors: `RangeError` if no section starts there.
 */
export function editSection(text: string, hostLine: number, changes: readonly ConfigChange[]): string {
  let lines = parseConfig(text)
  if (!/^(host|match)$/.test(lines[hostLine - 1]?.keyword ?? ''))
    throw new RangeError(`No section begins at ${hostLine}`)
  for (const change of changes) lines = parseConfig(applyChange(lines, hostLine - 1, change))
  return printConfig(lines)
}

/** Appends a section for a new host. */
export function appendSection(text: string, name: string, settings: readonly ConfigChange[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline
  const lines = settings.flatMap(([keyword, value]) =>
    value === null ? [] : [`  ${shownKeyword(keyword)} ${printValue(keyword, value)}`],
  )
  return `${text}${gap}${[`Host ${quoteArgument(name)}`, ...lines].join(newline)}${newline}`
}

function applyChange(lines: readonly ConfigLine[], head: number, [keyword, value]: ConfigChange): string {
  const end = sectionEnd(lines, head)
  const raws = lines.map(({ raw }) => raw)
  const found = lines.findIndex((line, at) => at > head && at < end && line.keyword === keyword)
  // Another line of the same keyword would take effect instead of the first.
  if (value === null)
    return lines.flatMap((line, at) => (at > head && at < end && line.keyword === keyword ? [] : line.raw)).join('')
  if (found >= 0) {
    raws[found] = withValue(raws[found] as string, printValue(keyword, value))
    return raws.join('')
  }
  const last = lastStatement(lines, head, end)
  const before = raws[last] as string
  const newline = /\r?\n$/.exec(raws[head] as string)?.[0] ?? (raws.join('').includes('\r\n') ? '\r\n' : '\n')
  const indent = last === head ? '  ' : (/^[ \t]*/.exec(before)?.[0] ?? '  ')
  if (!before.endsWith('\n')) raws[last] = before + newline
  raws.splice(last + 1, 0, `${indent}${shownKeyword(keyword)} ${printValue(keyword, value)}${newline}`)
  return raws.join('')
}

function sectionEnd(lines: readonly ConfigLine[], head: number): number {
  const next = lines.findIndex((line, at) => at > head && /^(host|match)$/.test(line.keyword))
  return next < 0 ? lines.length : next
}

function lastStatement(lines: readonly ConfigLine[], head: number, end: number): number {
  for (let at = end - 1; at > head; at--) if (lines[at]?.keyword !== '') return at
  return head
}

// The rest of the line of these keywords is taken literally, including `#`.
const raw = new Set(['proxycommand', 'remotecommand', 'proxyjump'])

function printValue(keyword: string, value: string): string {
  return raw.has(keyword) ? value : quoteArgument(value)
}

function withValue(line: string, value: string): string {
  const head = /^[ \t]*[^ \t\r\n"=]+[ \t]*(?:=[ \t]*)?/.exec(line)?.[0] ?? ''
  const rest = line.slice(head.length)
  // Up to a comment or trailing spaces, neither of which is inside quotes.
  const old = /^(?:"[^"]*"|'[^']*'|(?![ \t]+#)(?![ \t\r\f]*\n?$)[^"'])*/.exec(rest)?.[0] ?? ''
  return `${/[ \t=]$/.test(head) ? head : `${head} `}${value}${rest.slice(old.length)}`
}
