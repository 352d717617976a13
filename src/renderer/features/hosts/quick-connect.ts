import { printForwardSpec } from '../../../shared/base/forward-spec.ts'
import { shortName, shownName } from '../../../shared/base/shown-name.ts'
import { printDestination } from '../../../shared/base/destination.ts'
import { splitShellWords } from '../../../shared/base/shell-words.ts'
import { parseSshCommand } from '../../../shared/base/ssh-command.ts'
import { isSshUrl, readSshUrl, type SshUrl } from '../../../shared/base/ssh-url.ts'
import { wrongHop, type Hop, type Target } from '../../../shared/contract/targets.ts'
import { shownTarget } from '../../mirrors/targets.ts'

/** The meaning of a typed line: an address to connect to, a search, or a mistake. */
export type QuickConnect =
  TypedAddress | { readonly kind: 'nothing' } | { readonly kind: 'wrong'; readonly message: string }

/** An address and what to open on it: a terminal, or the files at a path. A null path is the home folder. */
export interface TypedAddress {
  readonly kind: 'address'
  readonly target: Extract<Target, { kind: 'address' }>
  readonly opens: SshUrl['opens']
  readonly path: string | null
  /** What else was typed and has no effect, such as a command or forwards. */
  readonly ignored: readonly string[]
}

/**
 * Reads `user@host`, `host -p 2222`, a whole `ssh ...` command line, or an `ssh://` or `sftp://` address. A bare word is `nothing`
 * unless it looks like an address (a dot, a colon or an `@`), since it is more likely a search.
 */
export function parseQuickConnect(text: string): QuickConnect {
  // Accepts a line that was copied with its shell prompt.
  const line = text.trim().replace(/^[$%#]\s+/, '')
  if (line === '') return { kind: 'nothing' }
  if (isSshUrl(line)) return fromUrl(line)
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(line))
    return { kind: 'wrong', message: 'This isn’t the address of a host. Use ssh://, sftp:// or user@address.' }
  const words = splitShellWords(line)
  if (words === undefined) return { kind: 'wrong', message: 'A quotation mark is not closed.' }
  if (words[0] === 'ssh') return fromCommand(line)
  const looksLikeAddress =
    words.length > 1 ? words.some(word => word.startsWith('-')) || words[0]?.includes('@') === true : /[@.:]/.test(line)
  return looksLikeAddress ? fromCommand(line) : { kind: 'nothing' }
}

/** What Enter does with an address, for the palette: “Connect to ada@box through gate”, “Open /data on box”. */
export function typedTitle(typed: TypedAddress): string {
  const verb = typed.opens === 'terminal' ? 'Connect to' : `Open ${shownPath(typed)} on`
  return `${verb} ${routeOf(typed)}`
}

/** The part of the typed line that has no effect, as a sentence; empty if there is none. */
export function ignoredText({ ignored }: TypedAddress): string {
  return ignored.length === 0 ? '' : `Ignored: ${shortName(ignored.join(' '))}.`
}

/** The hint below the field, which says what Enter does. */
export function typedHint(typed: TypedAddress): string {
  const verb = typed.opens === 'terminal' ? 'connect to' : `open ${shownPath(typed)} on`
  return `Press Enter to ${verb} ${routeOf(typed)} (not saved). ${ignoredText(typed)}`.trimEnd()
}

function routeOf({ target }: TypedAddress): string {
  const key = target.keyFile === null ? '' : ` with ${shortName(target.keyFile)}`
  const jumps = target.jumps.map(printDestination).join(', ')
  return shownTarget(target) + (jumps === '' ? '' : ` through ${jumps}`) + key
}

function shownPath({ path }: TypedAddress): string {
  return path === null ? 'the home folder' : shownName(path)
}

/** A bare address: no user, port, key or jump host. */
export function plainAddress(address: string): TypedAddress {
  const target = { kind: 'address', address, port: null, user: null, jumps: [], keyFile: null } as const
  return { kind: 'address', target: { ...target, jumps: [] }, opens: 'terminal', path: null, ignored: [] }
}

function fromUrl(text: string): QuickConnect {
  const read = readSshUrl(text)
  if (!read.ok) return { kind: 'wrong', message: read.message }
  const { destination, opens, path } = read.url
  return build({
    hop: destination,
    jumps: [],
    keyFile: null,
    opens,
    path,
    ignored: opens === 'files' || path === null ? [] : [path],
  })
}

function fromCommand(line: string): QuickConnect {
  const parsed = parseSshCommand(line)
  if (!parsed.ok) return { kind: 'wrong', message: parsed.message }
  const { destination, jumps, keyFile, opens, path, forwards, forwardAgent, left } = parsed.command
  // A saved host has no place for the path, which comes first; here it is what opens.
  const others = opens === 'files' && path !== null ? left.slice(1) : left
  const ignored = [...forwards.map(printForwardSpec), ...(forwardAgent ? ['-A'] : []), ...others]
  return build({ hop: destination, jumps, keyFile, opens, path, ignored })
}

interface ParsedAddress {
  readonly hop: Hop
  readonly jumps: readonly Hop[]
  readonly keyFile: string | null
  readonly opens: SshUrl['opens']
  readonly path: string | null
  readonly ignored: readonly string[]
}

function build({ hop, jumps, keyFile, opens, path, ignored }: ParsedAddress): QuickConnect {
  for (const each of [...jumps, hop]) {
    const message = wrongHop(each)
    if (message !== null) return { kind: 'wrong', message }
  }
  if (jumps.length > 8) return { kind: 'wrong', message: 'You can enter at most 8 jump hosts.' }
  return { kind: 'address', target: { kind: 'address', ...hop, jumps: [...jumps], keyFile }, opens, path, ignored }
}
