/** The most that a program may put on the clipboard, in bytes. */
export const maxClipboardBytes = 1024 * 1024

/** A program's request to set the clipboard (OSC 52). */
export type ClipboardWish =
  | { readonly kind: 'write'; readonly to: 'clipboard' | 'selection'; readonly text: string }
  | { readonly kind: 'too-large' }

/**
 * Parses the data of `OSC 52 ;`: the clipboards by letter, then the text in base64 (xterm's ctlseqs, "Manipulate Selection
 * Data"). No letter means the clipboard, as tmux sends it; `p` alone is the primary selection. Null for a query, which is
 * never answered, for clearing, and for invalid base64.
 */
export function clipboardWish(data: string): ClipboardWish | null {
  const [, letters, encoded] = /^([cpqs0-7]*);([\s\S]*)$/.exec(data) ?? []
  if (letters === undefined || encoded === undefined || encoded === '' || encoded === '?') return null
  if (encoded.length > Math.ceil(maxClipboardBytes / 3) * 4) return { kind: 'too-large' }
  const bytes = fromBase64(encoded)
  if (bytes === null || bytes.length === 0) return null
  if (bytes.length > maxClipboardBytes) return { kind: 'too-large' }
  return { kind: 'write', to: letters === 'p' ? 'selection' : 'clipboard', text: new TextDecoder().decode(bytes) }
}

function fromBase64(encoded: string): Uint8Array | null {
  try {
    const decoded = atob(encoded)
    const bytes = new Uint8Array(decoded.length)
    // Many times faster than Uint8Array.from: a server may send a megabyte again and again.
    for (let at = 0; at < decoded.length; at++) bytes[at] = decoded.charCodeAt(at)
    return bytes
  } catch {
    return null
  }
}
