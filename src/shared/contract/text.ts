import { z } from 'zod'

/** A line of text a person typed, or an id: trimmed, at most `max` characters, no control characters. */
export function line(max: number) {
  return z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
}

/** A secret as typed: any characters, at most 64 KiB, so that a pasted private key fits. */
export const secretText = z.string().max(65_536)
