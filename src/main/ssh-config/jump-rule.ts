import { lowerAscii } from './config-text.ts'
import { parsePort } from './number-formats.ts'

/** Returns the hops of ProxyJump: OpenSSH reads its line up to a comment or the first space. */
export function jumpList(rest: string): string {
  return /^[ \t\r\n=]*([^ \t\n\v\f\r#]*)/.exec(rest)?.[1] ?? ''
}

/** True if OpenSSH accepts a text for ProxyJump: its parse_jump, for `none` or a comma-separated list of hops. */
export function isJumpList(text: string): boolean {
  return lowerAscii(text) === 'none' || text.split(',').every(isHop)
}

function isHop(hop: string): boolean {
  return hop.startsWith('ssh://') ? isAddress(hop.slice('ssh://'.length)) : isPlain(hop)
}

/** Checks `[user@]host[:port]`. */
function isPlain(hop: string): boolean {
  const at = hop.lastIndexOf('@')
  const end = splitHost(hop.slice(at + 1))
  return at !== 0 && end !== null && end.host !== '' && (end.rest === '' || parsePort(end.rest) !== null)
}

/** Checks the part of an ssh:// URL after the scheme. */
function isAddress(address: string): boolean {
  const at = address.indexOf('@')
  const [user, place] = at < 0 ? [null, address] : [address.slice(0, at), address.slice(at + 1)]
  if (user !== null && (user === '' || !isUrlText(user.replace(/;.*$/s, '')))) return false
  const end = splitHost(place)
  if (end === null || !isDomain(end.host.replace(/^\[(.*)\]$/s, '$1'))) return false
  const [port = '', ...path] = end.divider === ':' ? end.rest.split('/') : ['', end.rest]
  // A path is for scp and sftp only.
  return path.join('/') === '' && (end.rest === '' || end.divider !== ':' || parsePort(port) !== null)
}

function splitHost(text: string): { host: string; divider: string; rest: string } | null {
  const found = /^(\[[^\]]*\]|(?!\[)[^:/]*)(?:([:/])(.*))?$/s.exec(text)
  return found && { host: found[1] as string, divider: found[2] ?? '', rest: found[3] ?? '' }
}

function isUrlText(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text)
}

/**
 * Checks a domain name like OpenSSH: letters, digits, dots, hyphens and underscores, starting with a letter or digit.
 */
export function isDomain(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && !name.includes('..')
}
