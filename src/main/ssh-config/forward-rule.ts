import { parsePort } from './number-formats.ts'
import { expandVariables, ExpansionError, type LocalFacts } from './tokens.ts'

interface Field {
  readonly text: string
  readonly isPath: boolean
}

// NI_MAXHOST, and the size of a path in sockaddr_un.
const maxHost = 1025
const maxPath = 108
// OpenSSH joins both arguments of LocalForward and RemoteForward in a buffer of this size.
const maxSpec = 255

/**
 * True if OpenSSH accepts one or two arguments as a forward: its parse_forward, for the syntax of `-L`, `-R` and `-D`.
 * `shared/base/forward-spec` parses the forward itself.
 */
export function isForward(
  kind: 'localforward' | 'remoteforward' | 'dynamicforward',
  [listen = '', target = '']: readonly string[],
  env: LocalFacts['env'],
): boolean {
  const isDynamic = kind === 'dynamicforward' || (kind === 'remoteforward' && target === '')
  const fields = splitFields((isDynamic ? listen : `${listen}:${target}`).slice(0, maxSpec), env)
  if (!fields) return false
  const least = kind === 'remoteforward' ? 0 : 1
  return isDynamic ? isListener(fields, least) : isPair(fields, least)
}

/** Checks `[address:]port`, or the path of a socket. */
function isListener(fields: readonly Field[], least: 0 | 1): boolean {
  const [first, second] = fields
  if (!first || fields.length > 2) return false
  if (!second) return first.isPath ? isPath(first) : parsePort(first.text, least) !== null
  // Two paths, or a port before a path, are a forward with a destination.
  if (second.isPath) return first.isPath ? isPath(first) && isPath(second) : parsePort(first.text, least) !== null
  return isHost(first) && parsePort(second.text, least) !== null
}

function isPair(fields: readonly Field[], least: 0 | 1): boolean {
  const [first, second, third, fourth] = fields as readonly [Field, Field?, Field?, Field?]
  if (!second) return false
  if (!third) return second.isPath && isPath(second) && (first.isPath ? isPath(first) : isPort(first, least))
  if (fourth) return isHost(first) && isPort(second, least) && isHost(third) && isPort(fourth, 1)
  if (first.isPath) return isPath(first) && isHost(second) && isPort(third, 1)
  if (third.isPath) return isHost(first) && isPort(second, least) && isPath(third)
  return isPort(first, least) && isHost(second) && isPort(third, 1)
}

function isPort({ text }: Field, least: 0 | 1): boolean {
  return parsePort(text, least) !== null
}

function isHost({ text }: Field): boolean {
  return text.length < maxHost
}

function isPath({ text }: Field): boolean {
  return text.length < maxPath
}

/** Splits at most four fields at colons; brackets keep a field together. Null for anything else. */
function splitFields(spec: string, env: LocalFacts['env']): readonly Field[] | null {
  let rest: string
  try {
    rest = expandVariables(spec, env).replace(/^[ \t\n\v\f\r]+/, '')
  } catch (error) {
    if (error instanceof ExpansionError) return null
    throw error
  }
  const fields: Field[] = []
  while (rest !== '' && fields.length < 4) {
    const bracketed = /^\[([^\]]*)\](?::|$)/s.exec(rest)
    const plain = /^((?:\\.|[^:\\])*)(?::|$)/s.exec(rest)
    const found = rest.startsWith('[') ? bracketed : plain
    if (!found) return null
    const text = found[1] as string
    fields.push({ text: bracketed ? text : text.replace(/\\(.)/gs, '$1'), isPath: text.includes('/') })
    rest = rest.slice(found[0].length)
  }
  return rest === '' && fields.length > 0 ? fields : null
}
