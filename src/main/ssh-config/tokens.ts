import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { shortName } from '../../shared/base/shown-name.ts'
import { isPlainForShell } from '../../shared/base/ssh-names.ts'

/** The values for TOKENS of ssh_config(5). */
export interface TokenValues {
  /** `%n`: the name as typed. */
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

/** Facts about this computer and its user. */
export interface LocalFacts {
  readonly user: string
  readonly uid: number
  readonly home: string
  /** The name of this computer. */
  readonly hostName: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's SSH folder: `~/.ssh` unless overridden. */
  readonly sshFolder: string
  /** The current addresses of the network interfaces, for `Match localnetwork`; none if absent. */
  readonly addresses?: () => readonly string[]
}

/** A line needs something that doesn't exist: an unknown token, an unset variable. */
export class ExpansionError extends Error {}

const everywhere = 'CdhijkLlnpru'

/**
 * Expands tokens; `allowed` are the letters that the option supports. Not for text that a shell interprets. Errors:
 * `ExpansionError`.
 */
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

/** The token values of a command, without local ones if the option supports none. */
export type CommandValues = Omit<TokenValues, 'local'> & { readonly local: LocalFacts | null }

// Names that may come from a link, a web page or a foreign file.
const foreign = 'hjknr'

/**
 * Expands the tokens of a command line for a shell: ProxyCommand, `Match exec`, RemoteCommand. Names with shell
 * metacharacters are rejected, as in OpenSSH since CVE-2023-51385. Errors: `ExpansionError`.
 */
export function expandForShell(text: string, values: CommandValues, allowed: string = everywhere): string {
  return replaceTokens(text, allowed, letter => {
    const value = token(letter, values)
    if (foreign.includes(letter) && !isPlainForShell(value))
      throw new ExpansionError(`“${shortName(value)}” contains shell metacharacters`)
    return value
  })
}

/** Expands `${NAME}`. Errors: `ExpansionError` for an unset variable. */
export function expandVariables(text: string, env: LocalFacts['env']): string {
  return text.replace(/\$\{([^}]*)(\}?)/g, (_all, name: string, end: string) => {
    const value = env[name]
    if (end === '' || value === undefined) throw new ExpansionError(`the variable ${name} is not set`)
    return value
  })
}

/**
 * Expands `~` in a user's path to their home, and `~/.ssh` to its override. The homes of other users stay unchanged.
 */
export function expandTilde(path: string, { home, sshFolder }: LocalFacts): string {
  if (path === '~/.ssh') return sshFolder
  if (path.startsWith('~/.ssh/')) return join(sshFolder, path.slice('~/.ssh/'.length))
  if (path === '~') return home
  return path.startsWith('~/') ? `${home}/${path.slice(2)}` : path
}

/** Expands tilde, tokens and variables of a path, in OpenSSH's order. */
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
