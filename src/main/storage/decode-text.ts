import { isUtf8 } from 'node:buffer'

/** UTF-8 where it is, else a letter for each byte: writing it back must change nothing. */
export function decodeText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')
}
