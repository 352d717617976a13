/**
 * Splits a line at quotes and backslashes as a POSIX shell does, without any expansion. Undefined if a quote isn't
 * closed.
 */
export function splitShellWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && /[$`"\\\n]/.test(line[index + 1] ?? ''))
        word = (word ?? '') + line[++index]
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === '\\' && index + 1 < line.length) {
      // A line continuation.
      if (/[\r\n]/.test(line[index + 1] as string)) index++
      else word = (word ?? '') + line[++index]
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
