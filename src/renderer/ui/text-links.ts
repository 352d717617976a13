/** A piece of a text; `address` is where it leads, null where it is only text. */
export interface TextPiece {
  readonly text: string
  readonly address: string | null
}

// Brackets and stops at the end of an address belong to the sentence around it.
const address = /\bhttps?:\/\/[^\s<>"'“”]*[^\s<>"'“”.,;:!?)\]}]/gi

/** Cuts a text at the web addresses in it. An address is shown as it is asked for: other scripts in a host's name as their code. */
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
