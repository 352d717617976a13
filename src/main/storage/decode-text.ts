import { isUtf8 } from 'node:buffer'

/** Decodes UTF-8, or one character per byte for anything else: writing it back must change nothing. */
export function decodeText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')
}
