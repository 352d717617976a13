import { parseDestination, type Destination } from './destination.ts'
import { parseForwardSpec, type ForwardSpec } from './forward-spec.ts'
import { parseJumps } from './jumps.ts'
import { splitShellWords } from './shell-words.ts'
import { isSshUrl, readSshUrl, type ReadSshUrl, type SshUrl } from './ssh-url.ts'

/** The contents of a whole `ssh ...` command line (ssh(1)). */
export interface SshCommand {
  readonly destination: Destination
  /** What a destination URL opens, and its path; a plain destination opens a terminal. */
  readonly opens: SshUrl['opens']
  readonly path: string | null
  readonly keyFile: string | null
  /** The hops before it, in order. */
  readonly jumps: readonly Destination[]
  readonly forwards: readonly ForwardSpec[]
  readonly forwardAgent: boolean
  /** Parts that a saved host can't hold, as written. */
  readonly left: readonly string[]
}

export type ParsedSshCommand =
  { readonly ok: true; readonly command: SshCommand } | { readonly ok: false; readonly message: string }

// ssh(1): the options with a value, so that the value is not mistaken for the host.
const withValue = new Set([...'BbcDEeFIiJLlmOopPQRSWw'])
// Options about running or displaying a command have no meaning for a host.
const ignoredFlags = new Set([...'fNnqTtvyGgMsVXxY4'])

interface Found {
  destination: string
  port: number | null
  user: string | null
  /** True if -l came before the destination: the first one counts. */
  userFirst: boolean
  keyFile: string | null
  jumps: readonly Destination[]
  jumpsGiven: boolean
  forwardAgent: boolean
  readonly forwards: ForwardSpec[]
  readonly left: string[]
}

/** Parses a command line, split as a shell would; a leading `ssh` is optional. Nothing is expanded or run. */
export function parseSshCommand(line: string): ParsedSshCommand {
  const words = splitShellWords(line)
  if (words === undefined) return wrong('A quotation mark is not closed.')
  const found: Found = {
    destination: '',
    port: null,
    user: null,
    userFirst: false,
    keyFile: null,
    jumps: [],
    jumpsGiven: false,
    forwardAgent: false,
    forwards: [],
    left: [],
  }
  const rest = words[0] === 'ssh' || words[0]?.endsWith('/ssh') === true ? words.slice(1) : [...words]
  const problem = readWords(rest, found)
  if (problem !== null) return wrong(problem)
  if (found.destination === '') return wrong('Enter the host to connect to.')
  const read = readDestination(found.destination)
  if (!read.ok) return read
  const { destination: stop, opens, path } = read.url
  // ssh accepts `:port` instead of -p only in ssh:// URLs, but people write it.
  const user = found.userFirst ? (found.user ?? stop.user) : (stop.user ?? found.user)
  const destination = { address: stop.address, user, port: found.port ?? stop.port }
  const { keyFile, jumps, forwards, forwardAgent } = found
  const left = path === null ? found.left : [path, ...found.left]
  return { ok: true, command: { destination, opens, path, keyFile, jumps, forwards, forwardAgent, left } }
}

function readDestination(text: string): ReadSshUrl {
  if (isSshUrl(text)) return readSshUrl(text)
  const destination = parseDestination(text)
  if (!destination || destination.address === '') return wrong(`${text} is not a valid address.`)
  return { ok: true, url: { opens: 'terminal', destination, path: null } }
}

function readWords(words: readonly string[], found: Found): string | null {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    if (!word.startsWith('-') || word === '-') {
      if (found.destination !== '') {
        // as in ssh, the rest is a command
        found.left.push(words.slice(index).join(' '))
        break
      }
      found.destination = word
      continue
    }
    if (word === '--') continue
    if (word.startsWith('--')) return `ssh has no option ${word}.`
    const letters = [...word.slice(1)]
    const valueAt = letters.findIndex(letter => withValue.has(letter))
    for (const letter of valueAt < 0 ? letters : letters.slice(0, valueAt)) readFlag(letter, found)
    if (valueAt < 0) continue
    const letter = letters[valueAt] as string
    const value = word.slice(valueAt + 2) || words[++index]
    if (value === undefined) return `-${letter} needs a value.`
    const problem = readOption(letter, value, found)
    if (problem !== null) return problem
  }
  return null
}

function readFlag(letter: string, found: Found): void {
  if (letter === 'A') found.forwardAgent = true
  else if (letter === 'a') found.forwardAgent = false
  else if (!ignoredFlags.has(letter)) found.left.push(`-${letter}`)
}

function readOption(letter: string, value: string, found: Found): string | null {
  switch (letter) {
    case 'p':
      if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535)
        return 'The port must be a number from 1 to 65535.'
      found.port ??= Number(value)
      return null
    case 'l':
      found.user ??= value
      found.userFirst ||= found.destination === ''
      return null
    case 'i':
      if (found.keyFile !== null) found.left.push(`-i ${value}`)
      found.keyFile ??= value
      return null
    case 'J': {
      const before = found.jumpsGiven
      found.jumpsGiven = true
      if (before || value.toLowerCase() === 'none') return null
      const jumps = parseJumps(value)
      if (!jumps) return `${value} is not a valid list of jump hosts.`
      found.jumps = jumps
      return null
    }
    case 'L':
    case 'R':
    case 'D': {
      const spec = parseForwardSpec(({ L: 'local', R: 'remote', D: 'dynamic' } as const)[letter], value)
      if (!spec) return `-${letter} ${value} is not a valid forwarding specification.`
      found.forwards.push(spec)
      return null
    }
    case 'o':
      return readConfigOption(value, found)
    default:
      found.left.push(`-${letter} ${value}`)
      return null
  }
}

function readConfigOption(text: string, found: Found): string | null {
  const match = /^\s*(\w+)\s*[=\s]\s*(.*)$/.exec(text)
  const [, keyword = '', value = ''] = match ?? []
  const letter = ({ port: 'p', user: 'l', identityfile: 'i', proxyjump: 'J' } as const)[keyword.toLowerCase()]
  if (letter !== undefined) return readOption(letter, value, found)
  if (keyword.toLowerCase() === 'forwardagent') found.forwardAgent = /^yes$/i.test(value)
  else found.left.push(`-o ${text}`)
  return null
}

function wrong(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message }
}
