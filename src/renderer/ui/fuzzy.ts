import uFuzzy from '@leeoniya/ufuzzy'

// Letters of every script, not of the Latin one alone; one slip per word is forgiven.
const fuzzy = new uFuzzy({
  unicode: true,
  intraMode: 1,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
})

/** The items whose text matches what was typed, best first; all of them for nothing typed. */
export function fuzzyFind<T>(items: readonly T[], typed: string, textOf: (item: T) => string): readonly T[] {
  const needle = typed.trim()
  if (needle === '') return items
  const [indices, , order] = fuzzy.search(items.map(textOf), needle, 1)
  const found = order && indices ? order.map(at => indices[at] as number) : (indices ?? [])
  return found.map(at => items[at] as T)
}
