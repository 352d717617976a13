import { address, port, userName } from '../../../shared/contract/hosts.ts'
import type { Hop, Target } from '../../../shared/contract/terminals.ts'

/** What a typed line means: an address to connect to, or why it is none. */
export type QuickConnect =
  | { readonly kind: 'address'; readonly target: Extract<Target, { kind: 'address' }> }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly message: string }

// ssh(1): the options that take a value, so that what follows them is not read as the host.
const withValue = new Set([...'BbcDEeFIiJLlmOopPQRSWw'])

/**
 * Reads `user@host`, `host -p 2222`, a whole `ssh ...` command line, or a `ssh://` address. A bare word is `nothing`
 * unless it looks like an address (a dot, a colon or an `@`), since it is more likely a search.
 */
export function parseQuickConnect(text: string): QuickConnect {
  const line = text.trim()
  if (line === '') return { kind: 'nothing' }
  if (/^(ssh|sftp):\/\//i.test(line)) return fromUrl(line)
  const words = splitWords(line)
  if (words === undefined) return { kind: 'wrong', message: 'A quotation mark is not closed.' }
  if (words[0] === 'ssh') return fromWords(words.slice(1))
  const looksLikeAddress =
    words.length > 1 ? words.some(word => word.startsWith('-')) || words[0]?.includes('@') === true : /[@.:]/.test(line)
  return looksLikeAddress ? fromWords(words) : { kind: 'nothing' }
}

/** `user@address`, with the port where it is not 22. */
export function shownTarget(target: Extract<Target, { kind: 'address' }>): string {
  const host = target.port !== null && target.address.includes(':') ? `[${target.address}]` : target.address
  return `${target.user === null ? '' : `${target.user}@`}${host}${target.port === null || target.port === 22 ? '' : `:${target.port}`}`
}

function fromUrl(text: string): QuickConnect {
  // The user part may hold `;` options (draft-salowey-ssh-uri); they are left out.
  const match = /^(?:ssh|sftp):\/\/(?:([^@/;]*)(?:;[^@/]*)?@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d{1,5}))?(?:[/?#].*)?$/i.exec(
    text,
  )
  if (!match) return { kind: 'wrong', message: 'This is not an ssh:// address.' }
  const user = match[1] === undefined || match[1] === '' ? null : safeDecode(match[1].split(':')[0] ?? '')
  return build({
    hop: {
      user,
      address: (match[2] ?? '').replace(/^\[|\]$/g, ''),
      port: match[3] === undefined ? null : Number(match[3]),
    },
    jumps: [],
    keyFile: null,
  })
}

function fromWords(words: readonly string[]): QuickConnect {
  const found = {
    destination: '',
    port: null as number | null,
    user: null as string | null,
    keyFile: null as string | null,
    jumps: [] as Hop[],
  }
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    if (!word.startsWith('-') || word === '-') {
      if (found.destination !== '') break // ssh's own rule: the rest is a command
      found.destination = word
      continue
    }
    if (word.startsWith('--')) return { kind: 'wrong', message: `ssh has no option ${word}.` }
    const valueAt = [...word.slice(1)].findIndex(letter => withValue.has(letter))
    if (valueAt < 0) continue
    const letter = word[valueAt + 1] as string
    const value = word.slice(valueAt + 2) || words[++index]
    if (value === undefined) return { kind: 'wrong', message: `-${letter} needs a value.` }
    if (letter === 'p') found.port = Number(value)
    if (letter === 'l') found.user = value
    if (letter === 'i') found.keyFile = value
    if (letter === 'J') {
      const jumps = value.split(',').map(parseDestination)
      if (jumps.some(jump => jump === undefined))
        return { kind: 'wrong', message: `${value} is not a list of jump hosts.` }
      found.jumps = jumps as Hop[]
    }
  }
  const hop = /^ssh:\/\//i.test(found.destination) ? undefined : parseDestination(found.destination)
  if (!hop)
    return {
      kind: 'wrong',
      message: found.destination === '' ? 'Type the host to connect to.' : `${found.destination} is not an address.`,
    }
  return build({
    hop: { user: hop.user ?? found.user, address: hop.address, port: found.port ?? hop.port },
    jumps: found.jumps,
    keyFile: found.keyFile,
  })
}

/** `[user@]host[:port]`; an IPv6 address with a port stands in brackets. */
function parseDestination(text: string): Hop | undefined {
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

function build({ hop, jumps, keyFile }: { hop: Hop; jumps: readonly Hop[]; keyFile: string | null }): QuickConnect {
  for (const each of [...jumps, hop]) {
    if (!address.safeParse(each.address).success)
      return {
        kind: 'wrong',
        message: each.address === '' ? 'Type the host to connect to.' : `${each.address} is not an address.`,
      }
    if (each.port !== null && !port.safeParse(each.port).success)
      return { kind: 'wrong', message: 'A port is a number from 1 to 65535.' }
    if (each.user !== null && !userName.safeParse(each.user).success)
      return { kind: 'wrong', message: `“${each.user}” is not a user name.` }
  }
  if (jumps.length > 8) return { kind: 'wrong', message: 'At most 8 jump hosts can be typed.' }
  return { kind: 'address', target: { kind: 'address', ...hop, jumps: [...jumps], keyFile } }
}

// Quotes and backslashes as a POSIX shell has them; nothing is expanded.
function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && index + 1 < line.length) word = (word ?? '') + line[++index]
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === '\\' && index + 1 < line.length) {
      word = (word ?? '') + line[++index]
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
