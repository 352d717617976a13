/**
 * File names on a Unix system are bytes, not text. Names are strings in which every byte that is not part of valid
 * UTF-8 becomes a lone surrogate, U+DC00 + byte (as in PEP 383), so that every name survives a round trip unchanged.
 */

/** Decodes bytes to a name; never fails. */
export function decodeName(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  return text.includes('\ufffd') ? decodeSlowly(bytes) : text
}

const loneSurrogate = /\p{Cs}/u

/**
 * Encodes a name to its bytes; the inverse of `decodeName`. Other lone surrogates, which no name contains, become
 * U+FFFD.
 */
export function encodeName(name: string): Buffer {
  if (!loneSurrogate.test(name)) return Buffer.from(name, 'utf8')
  const parts: Buffer[] = []
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character, 'utf8'))
  }
  return Buffer.concat(parts)
}

/** The longest prefix of a name that has at most this many bytes; characters are not split. */
export function cutName(name: string, most: number): string {
  let [cut, bytes] = ['', 0]
  for (const character of name) {
    bytes += encodeName(character).length
    if (bytes > most) break
    cut += character
  }
  return cut
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeSlowly(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at)
    if (length === 0) text += String.fromCharCode(0xdc00 + (bytes[at++] as number))
    else text += strict.decode(bytes.subarray(at, (at += length)))
  }
  return text
}

/** The length of the UTF-8 sequence at `at` in bytes; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length < 2) return length
  try {
    strict.decode(bytes.subarray(at, at + length))
    return at + length <= bytes.length ? length : 0
  } catch {
    return 0
  }
}
