import { cleanLine, cleanText } from './clean-text.ts'

/**
 * Text from a server, cleaned, limited in length, and shown in a frame that names its source. An object rather than a
 * string, so that the compiler rejects it in place of Hawser's own text.
 */
export interface ServerText {
  readonly fromServer: string
}

/** Cleans a server's text of several lines, at most `cap` characters. */
export function serverText(raw: string, cap: number): ServerText {
  return { fromServer: cleanText(raw, cap) }
}

/** The same on one line. */
export function serverLine(raw: string, cap: number): ServerText {
  return { fromServer: cleanLine(raw, cap) }
}
