import { isLiteral, matchesPattern } from './patterns.ts'

/**
 * The algorithms that a line of ssh_config(5) asks for: a list of its own, or the usual one with `+` (more at its end),
 * `-` (some taken away) or `^` (some first). Patterns stand for those of `all` that they match. Names that are not
 * supported are left to the caller.
 */
export function applySpec(
  spec: string | null,
  usual: readonly string[],
  all: readonly string[] = usual,
): readonly string[] {
  if (spec === null || spec === '') return usual
  const [sign, list] = /^[+^-]/.test(spec) ? [spec[0], spec.slice(1)] : ['', spec]
  const named = list
    .split(',')
    .filter(Boolean)
    .flatMap(name => (isLiteral(name) ? [name] : all.filter(each => matchesPattern(each, name))))
  switch (sign) {
    case '+':
      return [...new Set([...usual, ...named])]
    case '^':
      return [...new Set([...named, ...usual])]
    case '-':
      return usual.filter(name => !named.includes(name))
    default:
      return named
  }
}
