import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import { matchesPattern } from '../ssh-config/patterns.ts'

/**
 * The known_hosts format of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT":
 *
 *   [marker] hostnames keytype base64-key [comment]
 *
 * Text in, text out: every line that is not touched stays byte for byte, with its own line ending.
 */
export interface KnownHostsLine {
  /** 1-based. */
  readonly number: number
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly hosts: string
  readonly type: string
  readonly key: Buffer
  readonly comment: string
  /** The whole line, without its line ending. */
  readonly text: string
}

/** The result of looking up a server's key. */
export type Verdict<L extends KnownHostsLine = KnownHostsLine> =
  | { readonly kind: 'known'; readonly line: L }
  | { readonly kind: 'new' }
  | { readonly kind: 'changed'; readonly lines: readonly L[] }
  | { readonly kind: 'revoked'; readonly line: L }

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Returns the lines that contain a key; comments and unreadable lines are skipped. */
export function parseKnownHosts(text: string): readonly KnownHostsLine[] {
  return splitLines(text).flatMap((line, index) => parseLine(line, index + 1) ?? [])
}

/**
 * Returns the name a key is stored under: `host`, or `[host]:port` if the port is not 22. Names are compared in lower
 * case.
 */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/**
 * Judges a key by the rules of ssh(1): a @revoked match refuses it; a match with the same key is known; any other key
 * stored for the host, of whatever type, means it has changed. A @cert-authority line only trusts certificates, which
 * are not supported, so it never makes a plain key known (it fails closed).
 */
export function judgeHostKey<L extends KnownHostsLine>(lines: readonly L[], name: string, key: Buffer): Verdict<L> {
  const matching = lines.filter(line => hostsMatch(line.hosts, name))
  const revoked = matching.find(line => line.marker === 'revoked' && line.key.equals(key))
  if (revoked) return { kind: 'revoked', line: revoked }
  const plain = matching.filter(line => line.marker === null)
  const same = plain.find(line => line.key.equals(key))
  if (same) return { kind: 'known', line: same }
  return plain.length > 0 ? { kind: 'changed', lines: plain } : { kind: 'new' }
}

/** Returns the key types stored for a host, in file order: a server is asked for these first. */
export function knownKeyTypes(lines: readonly KnownHostsLine[], name: string): readonly string[] {
  return [...new Set(lines.filter(line => line.marker === null && hostsMatch(line.hosts, name)).map(line => line.type))]
}

/** Appends a key, after a line break if the last line lacks one; `hashed` hides the name as HashKnownHosts does. */
export function appendKnownHost(
  text: string,
  entry: { name: string; type: string; key: Buffer; hashed?: boolean },
): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  const name = entry.hashed === true ? hashName(entry.name) : entry.name
  return `${text}${gap}${name} ${entry.type} ${entry.key.toString('base64')}${newline}`
}

/**
 * Removes a host's plain keys, as `ssh-keygen -R` does; a line that also names other hosts keeps those. Wildcard
 * patterns stay, since they cover more than this host.
 */
export function removeKnownHost(text: string, name: string): string {
  return splitLines(text)
    .map((raw, index) => {
      const line = parseLine(raw, index + 1)
      if (!line || line.marker !== null || !hostsMatch(line.hosts, name)) return raw
      if (line.hosts.startsWith('|')) return ''
      const rest = line.hosts.split(',').filter(pattern => /[*?!]/.test(pattern) || !matchesName(pattern, name))
      if (rest.length === 0) return ''
      return raw.replace(line.hosts, rest.join(','))
    })
    .join('')
}

/** Removes lines by their numbers; null if one of them has changed. */
export function removeLines(
  text: string,
  gone: readonly { readonly number: number; readonly text: string }[],
): string | null {
  const lines = splitLines(text)
  if (gone.some(({ number, text: was }) => lines[number - 1]?.trim() !== was)) return null
  return lines.filter((_line, index) => !gone.some(({ number }) => number === index + 1)).join('')
}

/** True if a line of known_hosts matches a name, hashed or not. */
export function speaksOf(line: KnownHostsLine, name: string): boolean {
  return hostsMatch(line.hosts, name)
}

/** True if the file's entries are hashed: new entries are then hashed too. */
export function usesHashes(lines: readonly KnownHostsLine[]): boolean {
  return lines.length > 0 && lines.every(line => line.hosts.startsWith('|1|'))
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both base64. */
export function hashName(name: string, salt: Buffer = randomBytes(20)): string {
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

// Each line keeps its own ending, so that joining restores the text.
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function parseLine(raw: string, number: number): KnownHostsLine | undefined {
  const fields = raw.trim().split(/[ \t]+/)
  if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) return undefined
  const marker = fields[0].startsWith('@') ? fields.shift() : undefined
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return undefined
  const [hosts, type, encoded, ...comment] = fields
  if (hosts === undefined || type === undefined || encoded === undefined || !base64.test(encoded)) return undefined
  const key = Buffer.from(encoded, 'base64')
  // The blob must contain the type named on the line; ssh skips the line otherwise.
  if (key.length < 4 + type.length || key.readUInt32BE(0) !== type.length) return undefined
  if (key.subarray(4, 4 + type.length).toString('latin1') !== type) return undefined
  return {
    number,
    marker: marker === undefined ? null : marker === '@revoked' ? 'revoked' : 'cert-authority',
    hosts,
    type,
    key,
    comment: comment.join(' '),
    text: raw.trim(),
  }
}

// Matches a pattern list: any negated match rejects the whole line.
function hostsMatch(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return hashMatches(hosts, name)
  let matched = false
  for (const pattern of hosts.split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesName(pattern.slice(1), name)) return false
    } else if (matchesName(pattern, name)) {
      matched = true
    }
  }
  return matched
}

function hashMatches(hashed: string, name: string): boolean {
  const [empty, version, salt, hash, ...rest] = hashed.split('|')
  if (empty !== '' || version !== '1' || salt === undefined || hash === undefined || rest.length > 0) return false
  const [ours, theirs] = [
    createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest(),
    Buffer.from(hash, 'base64'),
  ]
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}

function matchesName(pattern: string, name: string): boolean {
  return matchesPattern(name, pattern.toLowerCase())
}
