import uFuzzy from '@leeoniya/ufuzzy'

// Matches letters of all scripts, not only Latin, and tolerates one typo per word.
const fuzzy = new uFuzzy({
  unicode: true,
  intraMode: 1,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
})

/** Returns the items whose text matches `typed`, best first; all items if it is empty. */
export function fuzzyFind<T>(items: readonly T[], typed: string, textOf: (item: T) => string): readonly T[] {
  const needle = typed.trim()
  if (needle === '') return items
  const [indices, , order] = fuzzy.search(items.map(textOf), needle, 1)
  const found = order && indices ? order.map(at => indices[at] as number) : (indices ?? [])
  return found.map(at => items[at] as T)
}
