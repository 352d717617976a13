import { isLiteral, matchesPattern } from './patterns.ts'

/**
 * Applies an algorithm setting of ssh_config(5): a list of its own, or the default one with `+` (append), `-` (remove)
 * or `^` (move to the front). Patterns stand for the names in `all` that they match. Unsupported names are left to the
 * caller.
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
