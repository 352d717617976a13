import fc from 'fast-check'

/** Characters that are special in a config, invisible, or look like others; a byte order mark; a NUL. */
const oddLetters = [
  ...[' ', '\t', '\n', '\r', '\v', '\f', '=', '"', "'", '#', '\\\\', ',', ':', '!', '*', '?', '%', '$', '-', '.', '\0'],
  ...['\uFEFF', '\u200b', '\u00a0', '\u212a', '\u0130', '\u2028', 'é', '＝'],
]
const letter = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...oddLetters) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** One typing error: a character changed, added, dropped or swapped with the next one; a line dropped or doubled. */
export const mutation: fc.Arbitrary<(text: string) => string> = fc
  .tuple(
    fc.constantFrom('change', 'add', 'drop', 'swap', 'start of a line', 'drop line', 'double line', 'join lines'),
    place,
    letter,
  )
  .map(([kind, where, put]) => (text: string) => {
    const at = Math.floor(where * text.length)
    switch (kind) {
      case 'change':
        return text.slice(0, at) + put + text.slice(at + 1)
      case 'add':
        return text.slice(0, at) + put + text.slice(at)
      case 'drop':
        return text.slice(0, at) + text.slice(at + 1)
      case 'swap':
        return text.slice(0, at) + text.slice(at + 1, at + 2) + text.slice(at, at + 1) + text.slice(at + 2)
      case 'join lines':
        return text.slice(0, at) + text.slice(at).replace('\n', '')
      case 'start of a line':
      case 'drop line':
      case 'double line': {
        const start = text.lastIndexOf('\n', at - 1) + 1
        const end = text.indexOf('\n', at) + 1 || text.length
        const line = kind === 'drop line' ? '' : text.slice(start, end)
        return (
          text.slice(0, start) +
          (kind === 'double line' ? line : kind === 'drop line' ? '' : put) +
          line +
          text.slice(end)
        )
      }
    }
  })
