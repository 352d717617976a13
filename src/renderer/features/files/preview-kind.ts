/** The viewer that shows a file. */
export type PreviewKind = 'image' | 'markdown' | 'table' | 'notebook' | 'parquet' | 'array' | 'text'

/** Chooses a viewer by file extension. */
export function previewKind(name: string): PreviewKind {
  if (/\.(png|jpe?g|gif|webp|bmp|svg|ico|avif)$/i.test(name)) return 'image'
  if (/\.(md|markdown)$/i.test(name)) return 'markdown'
  if (/\.(csv|tsv)$/i.test(name)) return 'table'
  if (/\.ipynb$/i.test(name)) return 'notebook'
  if (/\.parquet$/i.test(name)) return 'parquet'
  return /\.np[yz]$/i.test(name) ? 'array' : 'text'
}

/** True if the first bytes contain a NUL, which text doesn't. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0)
}

/** Formats bytes as a hex dump with an ASCII column. Pure. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const numbers = row.map(byte => byte.toString(16).padStart(2, '0')).join(' ')
    const letters = row.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${numbers.padEnd(47)}  ${letters}`)
  }
  return lines.join('\n')
}
