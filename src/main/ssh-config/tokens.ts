import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { shortName } from '../../shared/base/shown-name.ts'
import { isPlainForShell } from '../../shared/base/ssh-names.ts'

/** What TOKENS of ssh_config(5) stand for. */
export interface TokenValues {
  /** `%n`: the name as it was typed. */
  readonly name: string
  /** `%h`: the name to dial. */
  readonly hostName: string
  readonly port: number
  /** `%r`. */
  readonly user: string
  readonly jumpHost: string
  /** `%k`. */
  readonly keyAlias: string
  readonly local: LocalFacts
}

/** What is known of this computer and its person. */
export interface LocalFacts {
  readonly user: string
  readonly uid: number
  readonly home: string
  /** Of this computer. */
  readonly hostName: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where a person's own SSH files are: `~/.ssh` unless something stands in for it. */
  readonly sshFolder: string
  /** The addresses of its network interfaces as they are now, for `Match localnetwork`; none where it is left out. */
  readonly addresses?: () => readonly string[]
}

/** A line asks for something that is not there: an unknown token, an unset variable. */
export class ExpansionError extends Error {}

const everywhere = 'CdhijkLlnpru'

/** Replaces tokens; `allowed` are the letters that the option takes. Never for what a shell reads. Throws `ExpansionError`. */
export function expandTokens(text: string, values: TokenValues, allowed: string = everywhere): string {
  return replaceTokens(text, allowed, letter => token(letter, values))
}

function replaceTokens(text: string, allowed: string, valueOf: (letter: string) => string): string {
  return text.replace(/%(.?)/gs, (_all, letter: string) => {
    if (letter === '%') return '%'
    if (letter === '' || !allowed.includes(letter)) throw new ExpansionError(`%${letter} is not a valid token here`)
    return valueOf(letter)
  })
}

/** What the tokens of a command stand for: without those of this computer where the option takes none of them. */
export type CommandValues = Omit<TokenValues, 'local'> & { readonly local: LocalFacts | null }

// Names that a link, a page or a file of somebody else may have given.
const foreign = 'hjknr'

/**
 * Replaces the tokens of a line that a shell reads: ProxyCommand, `Match exec`, RemoteCommand. Names that a shell would
 * read as more are refused, as OpenSSH does since CVE-2023-51385. Throws `ExpansionError`.
 */
export function expandForShell(text: string, values: CommandValues, allowed: string = everywhere): string {
  return replaceTokens(text, allowed, letter => {
    const value = token(letter, values)
    if (foreign.includes(letter) && !isPlainForShell(value))
      throw new ExpansionError(`“${shortName(value)}” contains shell metacharacters`)
    return value
  })
}

/** Replaces `${NAME}`. Throws `ExpansionError` for one that is not set. */
export function expandVariables(text: string, env: LocalFacts['env']): string {
  return text.replace(/\$\{([^}]*)(\}?)/g, (_all, name: string, end: string) => {
    const value = env[name]
    if (end === '' || value === undefined) throw new ExpansionError(`the variable ${name} is not set`)
    return value
  })
}

/** A path of a person: `~` is their home; `~/.ssh` what stands in for it. Other people's homes are left as they are. */
export function expandTilde(path: string, { home, sshFolder }: LocalFacts): string {
  if (path === '~/.ssh') return sshFolder
  if (path.startsWith('~/.ssh/')) return join(sshFolder, path.slice('~/.ssh/'.length))
  if (path === '~') return home
  return path.startsWith('~/') ? `${home}/${path.slice(2)}` : path
}

/** Tilde, tokens and variables of a path, in OpenSSH's order. */
export function expandPath(path: string, values: TokenValues): string {
  return expandVariables(expandTokens(expandTilde(path, values.local), values), values.local.env)
}

function token(letter: string, values: CommandValues): string {
  switch (letter) {
    case 'h':
      return values.hostName
    case 'j':
      return values.jumpHost
    case 'k':
      return values.keyAlias
    case 'n':
      return values.name
    case 'p':
      return String(values.port)
    case 'r':
      return values.user
    default:
      return localToken(letter, values)
  }
}

function localToken(letter: string, { local, ...values }: CommandValues): string {
  if (local === null) throw new ExpansionError(`%${letter} is not a valid token here`)
  switch (letter) {
    case 'C':
      return createHash('sha1')
        .update(local.hostName + values.hostName + String(values.port) + values.user + values.jumpHost)
        .digest('hex')
    case 'd':
      return local.home
    case 'i':
      return String(local.uid)
    case 'L':
      return local.hostName.split('.')[0] ?? ''
    case 'l':
      return local.hostName
    default:
      return local.user
  }
}
