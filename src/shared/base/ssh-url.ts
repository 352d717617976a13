import type { Destination } from './destination.ts'

/** The contents of an ssh, sftp or scp URL. */
export interface SshUrl {
  /** `files` for sftp:// and scp:// URLs. */
  readonly opens: 'terminal' | 'files'
  readonly destination: Destination
  /** Absolute, or relative to the home directory with `~` or `~/`. Null if there is none. */
  readonly path: string | null
}

export type ReadSshUrl = { readonly ok: true; readonly url: SshUrl } | { readonly ok: false; readonly message: string }

// Far more than a host, user and path need, even with each character written as twelve.
const maxLength = 12_288
const maxPath = 4_096

/** True for text that `readSshUrl` handles. */
export function isSshUrl(text: string): boolean {
  return /^(ssh|sftp|scp):\/\//i.test(text)
}

/**
 * Parses `ssh://[user@]host[:port][/path]`, also with `sftp://` or `scp://` (draft-ietf-secsh-scp-sftp-ssh-uri, RFC
 * 3986), with percent encoding in each part. A password and options in the user part are dropped, and no message quotes
 * the text, which may contain one. The names are not validated: check them with `wrongHop`.
 */
export function readSshUrl(text: string): ReadSshUrl {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z]+):\/\/([^/?#]*)(.*)$/is.exec(text) ?? []
  if (!isSshUrl(text) || text.length > maxLength) return wrong('This is not an ssh:// or sftp:// URL.')
  const at = authority.lastIndexOf('@')
  const place = /^(\[[^[\]]*\]|[^:[\]]*)(?::(.*))?$/s.exec(authority.slice(at + 1))
  if (!place || place[2]?.includes(':') === true)
    return wrong('The host in this URL is not valid. Put IPv6 addresses in brackets: ssh://[::1]:22.')
  const [, host = '', digits = ''] = place
  if (host === '' || host === '[]') return wrong(`This URL has no host. Use ${scheme.toLowerCase()}://user@host.`)
  // RFC 3986, 3.2.3: a colon without a number means the default port.
  if (digits !== '' && !isPort(digits)) return wrong('The port must be a number from 1 to 65535.')
  const user = decoded(at < 0 ? '' : nameIn(authority.slice(0, at)))
  const address = host.startsWith('[') ? zoneOf(host.slice(1, -1)) : decoded(host)
  const path = decoded(pathOf(rest))
  if (user === null || address === null || path === null)
    return wrong('This URL contains an invalid % escape. Write a literal % as %25.')
  if (path.length > maxPath || path.includes('\0')) return wrong('The path in this URL is not valid.')
  const destination = { user: user === '' ? null : user, address, port: digits === '' ? null : Number(digits) }
  return {
    ok: true,
    url: { opens: scheme.toLowerCase() === 'ssh' ? 'terminal' : 'files', destination, path: path === '' ? null : path },
  }
}

/** Returns a URL for display: without the password and options of its user part. */
export function shownSshUrl(text: string): string {
  return text.replace(/^([a-z]+:\/\/)([^/?#]*)@/i, (_all, scheme: string, user: string) => {
    const name = nameIn(user)
    return name === '' ? scheme : `${scheme}${name}@`
  })
}

/**
 * Returns the user part up to its password, without the options of the draft; anything else after a `;` is part of the
 * name.
 */
function nameIn(userPart: string): string {
  return (userPart.split(':')[0] ?? '').replace(/;[a-z][\w-]*=[\w.+%,-]*$/i, '')
}

/**
 * Returns the path without the draft's `;type=` and parts that only web URLs have; `/~` is the home directory, `//` the
 * root.
 */
function pathOf(rest: string): string {
  const path = (rest.split(/[?#]/)[0] ?? '').replace(/;type=[a-z]$/i, '')
  if (/^\/(~|%7e)(\/|$)/i.test(path)) return path.slice(1)
  return path === '/' ? '' : path.replace(/^\/+/, '/')
}

/** RFC 6874 writes the zone of an IPv6 address as `%25eth0`; people write `%eth0`. */
function zoneOf(address: string): string {
  return address.replace(/%25/g, '%')
}

function isPort(digits: string): boolean {
  return /^\d{1,5}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= 65_535
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function wrong(message: string): ReadSshUrl {
  return { ok: false, message }
}
