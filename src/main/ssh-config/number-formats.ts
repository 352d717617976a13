const maxInt = 2 ** 31 - 1
const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Parses an integer from 0 to `max` as strtonum(3) does; null for anything else. */
export function parseWhole(text: string, max = maxInt): number | null {
  if (!/^[ \t\n\v\f\r]*[+-]?\d{1,16}$/.test(text)) return null
  const value = Number(text)
  return value >= 0 && value <= max ? Math.abs(value) : null
}

/** Parses a port from `min` to 65535; null for anything else. `service-names` has replaced service names before. */
export function parsePort(text: string, min: 0 | 1 = 1): number | null {
  const value = parseWhole(text, 65_535)
  return value !== null && value >= min ? value : null
}

/**
 * Parses `90`, `1m30s` or `2h` (TIME FORMATS of sshd_config(5)) to seconds; null for anything else. Fractions of a
 * second, which newer versions of OpenSSH accept, are cut off.
 */
export function parseTime(text: string): number | null {
  let total = 0
  for (let at = 0; at < text.length;) {
    const part = /^[ \t\n\v\f\r]*([+-]?\d{1,15})(\.\d{1,15}(?=s|$))?([smhdw]|$)/i.exec(text.slice(at))
    const value = Number(part?.[1])
    if (!part || value < 0) return null
    total += Math.abs(value) * (units[(part[3] as string).toLowerCase()] as number)
    if (total > maxInt) return null
    at += part[0].length
  }
  return text === '' ? null : total
}
