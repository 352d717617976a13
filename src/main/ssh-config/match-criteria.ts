import { BlockList, isIP } from 'node:net'

import { lowerAscii, nextWord, splitArguments } from './config-text.ts'

/** One criterion of a Match line. */
export interface Criterion {
  /** In lower case. */
  readonly kind: string
  readonly negated: boolean
  /** Empty for `all`, `final` and `canonical`. */
  readonly value: string
}

/** The criteria of a Match line, or the reason why OpenSSH refuses it. */
export type MatchLine = { readonly criteria: readonly Criterion[] } | { readonly fault: string }

/**
 * Parses the arguments of Match. OpenSSH has split them in two ways: like those of other keywords since 9.9; before
 * that also at equals signs, and with double quotes only. A line valid in either way is accepted, the newer one first.
 */
export function readMatch(rest: string): MatchLine {
  const words = splitArguments(rest)
  if (words === null) return { fault: 'unclosed quotation mark' }
  const found = readWords(words, withValue)
  if ('criteria' in found) return found
  const older = readWords(splitAsBefore(rest), withValueBefore)
  return 'criteria' in older ? older : found
}

function splitAsBefore(rest: string): readonly string[] {
  const words: string[] = []
  for (let left = rest; left !== '';) {
    const found = nextWord(left)
    if (!found || found[0].startsWith('#')) break
    words.push(found[0])
    left = found[1]
  }
  return words
}

const withValueBefore = new Set(['host', 'originalhost', 'user', 'localuser', 'exec'])
const withValue = new Set([...withValueBefore, 'localnetwork', 'version', 'tagged', 'command', 'sessiontype'])

function readWords(words: readonly string[], kinds: ReadonlySet<string>): MatchLine {
  const criteria: Criterion[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const negated = word.startsWith('!')
    const [attribute = '', joined] = splitOnce(word.slice(negated ? 1 : 0))
    const kind = lowerAscii(attribute)
    if (kind === 'all' && joined === undefined) {
      if (criteria.length > 1 || at + 1 < words.length) return { fault: '“all” can’t be combined with other criteria' }
      return { criteria: [...criteria, { kind, negated, value: '' }] }
    }
    if ((kind === 'final' || kind === 'canonical') && joined === undefined) {
      criteria.push({ kind, negated, value: '' })
      continue
    }
    if (!kinds.has(kind)) return { fault: `“${attribute}” is not a valid criterion` }
    const value = joined ?? words[++at]
    const mayBeEmpty = kind === 'tagged' || kind === 'command'
    if (value === undefined || value.startsWith('#') || (value === '' && !mayBeEmpty))
      return { fault: `“${attribute}” needs an argument` }
    const fault = valueFault(kind, value)
    if (fault !== null) return { fault }
    criteria.push({ kind, negated, value })
  }
  return criteria.length > 0 ? { criteria } : { fault: 'missing criterion' }
}

function splitOnce(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function valueFault(kind: string, value: string): string | null {
  if (kind === 'localnetwork' && !readNetworks(value)) return `“${value}” is not a valid list of networks`
  const token = kind === 'exec' ? /%(?![CLdhijklnpru])(.?)/su.exec(value.replaceAll('%%', '')) : null
  return token ? `%${token[1]} is not a valid token here` : null
}

/**
 * True if one of the addresses is in a list of networks such as `10.0.0.0/8,!10.1.0.0/16`; a negated match rejects all.
 */
export function isInNetworks(addresses: readonly string[], list: string): boolean {
  const networks = readNetworks(list) ?? []
  return addresses.some(address => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    const matching = networks.filter(({ block }) => block.check(address, family))
    return matching.length > 0 && matching.every(({ negated }) => !negated)
  })
}

interface Network {
  readonly negated: boolean
  readonly block: BlockList
}

function readNetworks(list: string): readonly Network[] | null {
  const networks: Network[] = []
  for (const part of list.split(',')) {
    const found = /^(!?)([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(part)
    const address = found?.[2] ?? ''
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const bits = Number(found?.[3] ?? most)
    if (!found || family === 0 || bits > most) return null
    const block = new BlockList()
    block.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4')
    networks.push({ negated: found[1] === '!', block })
  }
  return networks
}
