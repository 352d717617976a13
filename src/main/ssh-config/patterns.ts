import { lowerAscii } from './config-text.ts'

/** Implements PATTERNS of ssh_config(5): `*` and `?`, in linear time in both texts per star. */
export function matchesPattern(text: string, pattern: string): boolean {
  let [at, here, star, mark] = [0, 0, -1, 0]
  while (at < text.length) {
    if (pattern[here] === '*') {
      star = here++
      mark = at
    } else if (here < pattern.length && (pattern[here] === '?' || pattern[here] === text[at])) {
      here++
      at++
    } else if (star >= 0) {
      here = star + 1
      at = ++mark
    } else return false
  }
  while (pattern[here] === '*') here++
  return here === pattern.length
}

/** Implements a comma-separated pattern-list with `!`: any negated match rejects all. */
export function matchesList(text: string, list: string, ignoreCase = false): boolean {
  let matched = false
  for (const part of list.split(',')) {
    const negated = part.startsWith('!')
    const pattern = negated ? part.slice(1) : part
    if (!matchesPattern(text, ignoreCase ? lowerAscii(pattern) : pattern)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** Matches the arguments of `Host`: separate patterns, where any negated match rejects all. Case-sensitive. */
export function matchesHost(name: string, patterns: readonly string[]): boolean {
  let matched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(name, pattern.slice(1))) return false
    } else matched ||= matchesPattern(name, pattern)
  }
  return matched
}

/** True for a pattern that matches one name only. */
export function isLiteral(pattern: string): boolean {
  return !/[*?!]/.test(pattern)
}
