import { cleanLine, cleanText } from './clean-text.ts'

/**
 * Words of a server: cleaned, capped, and fit for a frame that says whose they are. An object rather than a string, so that
 * the compiler refuses it wherever Hawser's own words stand.
 */
export interface ServerText {
  readonly fromServer: string
}

/** A server's text of several lines, at most `cap` characters. */
export function serverText(raw: string, cap: number): ServerText {
  return { fromServer: cleanText(raw, cap) }
}

/** The same on one line. */
export function serverLine(raw: string, cap: number): ServerText {
  return { fromServer: cleanLine(raw, cap) }
}
