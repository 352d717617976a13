import { z } from 'zod'

// Marks that reorder the surrounding text, and zero-width spaces. Joiners stay: emoji and many scripts need them.
const misleading = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

const oneLine = /^[^\p{Cc}\u2028\u2029]*$/u

/**
 * A line of typed text, or an ID: at most `max` characters, without control characters. Invisible characters that
 * reorder or hide others are removed; they come along when text is copied.
 */
export function line(max: number) {
  return z
    .string()
    .max(max)
    .regex(oneLine, 'must not contain control characters')
    .overwrite(text => text.replace(misleading, ''))
}

/** Like `line`, but unchanged: a path or command without its marks would be a different one. */
export function exactLine(max: number) {
  return z.string().max(max).regex(oneLine, 'must not contain control characters')
}

/** A secret as typed: any characters, at most 64 KiB, so that a pasted private key fits. */
export const secretText = z.string().max(65_536)
