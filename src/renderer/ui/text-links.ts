/** A piece of text; `address` is its link target, or null for plain text. */
export interface TextPiece {
  readonly text: string
  readonly address: string | null
}

// Closing brackets and punctuation after a URL belong to the surrounding sentence.
const address = /\bhttps?:\/\/[^\s<>"'“”]*[^\s<>"'“”.,;:!?)\]}]/gi

/** Splits a text at its web addresses. Addresses with non-ASCII characters are shown encoded, with hosts in Punycode. */
export function textLinks(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  let end = 0
  for (const found of text.matchAll(address)) {
    const url = parse(found[0])
    if (!url) continue
    if (found.index > end) pieces.push({ text: text.slice(end, found.index), address: null })
    const plain = [...found[0]].every(letter => letter > ' ' && letter < '\u007f')
    pieces.push({ text: plain ? found[0] : url.href, address: url.href })
    end = found.index + found[0].length
  }
  return end < text.length ? [...pieces, { text: text.slice(end), address: null }] : pieces
}

function parse(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
