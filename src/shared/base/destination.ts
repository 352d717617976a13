/** A destination in the syntax of ssh(1): `[user@]host[:port]`. */
export interface Destination {
  readonly user: string | null
  readonly address: string
  readonly port: number | null
}

/**
 * Parses `[user@]host[:port]`; an IPv6 address with a port must be in brackets. Undefined if the port is not a number.
 */
export function parseDestination(text: string): Destination | undefined {
  const at = text.lastIndexOf('@')
  const user = at < 0 ? null : text.slice(0, at)
  const rest = text.slice(at + 1)
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(rest)
  if (bracketed)
    return { user, address: bracketed[1] ?? '', port: bracketed[2] === undefined ? null : Number(bracketed[2]) }
  if ((rest.match(/:/g) ?? []).length > 1) return { user, address: rest, port: null }
  const [host, digits] = rest.split(':')
  if (digits !== undefined && !/^\d{1,5}$/.test(digits)) return undefined
  return { user, address: host ?? '', port: digits === undefined ? null : Number(digits) }
}

/** Prints `user@host:port`, with brackets around an IPv6 address with a port; null parts are omitted. */
export function printDestination({ user, address, port }: Destination): string {
  const host = port !== null && address.includes(':') ? `[${address}]` : address
  return `${user === null ? '' : `${user}@`}${host}${port === null ? '' : `:${port}`}`
}
