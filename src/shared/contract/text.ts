import { z } from 'zod'

// Marks that reorder the text around them, and spaces without a width. Joiners stay: emoji and many scripts need them.
const misleading = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

const oneLine = /^[^\p{Cc}\u2028\u2029]*$/u

/**
 * A line of text a person typed, or an id: at most `max` characters, no control characters. Characters that can't be
 * seen and reorder or hide others are taken out; they come along when text is copied from elsewhere.
 */
export function line(max: number) {
  return z
    .string()
    .max(max)
    .regex(oneLine, 'must not contain control characters')
    .overwrite(text => text.replace(misleading, ''))
}

/** As `line`, but kept character for character: a path or a command without its marks would be another one. */
export function exactLine(max: number) {
  return z.string().max(max).regex(oneLine, 'must not contain control characters')
}

/** A secret as typed: any characters, at most 64 KiB, so that a pasted private key fits. */
export const secretText = z.string().max(65_536)
