import { cleanLine } from '../../shared/base/clean-text.ts'
import { isCbc, isEtm, supported, type AlgorithmWishes, type Offer } from './algorithms.ts'
import type { BothWays, KexInit } from './server-hello.ts'

export type AlgorithmKind = 'kex' | 'hostKey' | 'cipher' | 'mac' | 'compression'

/** The first kind of algorithm that two sides of a key exchange can't agree on. */
export interface Mismatch {
  readonly kind: AlgorithmKind
  /** The server's algorithms, without the names that only announce extensions. */
  readonly theirs: readonly string[]
  readonly ours: readonly string[]
  /** The direction without a common algorithm, if the server's lists differ by direction. */
  readonly direction: keyof BothWays | null
  /** True if -etm MACs were left out because of a CBC cipher. */
  readonly besideCbc: boolean
}

/** The facts that a sentence about a mismatch depends on, besides the lists. */
export interface MismatchContext {
  readonly where: string
  /** The server's identification line. */
  readonly ident: string
  readonly weakAllowed: boolean
  /** True for a saved host, whose form has a check box for weak algorithms; other hosts set them in the SSH config. */
  readonly saved: boolean
  readonly wishes: AlgorithmWishes
}

/** Negotiates as described in RFC 4253, 7.1; null if both sides agree on everything. An AEAD cipher needs no MAC. */
export function findMismatch(ours: Offer, theirs: KexInit): Mismatch | null {
  const ways = ['toServer', 'toClient'] as const
  const besideCbc = ours.cipher.some(isCbc)
  const single = (kind: AlgorithmKind, mine: readonly string[], offered: readonly string[]): Mismatch | null =>
    shares(mine, offered) ? null : { kind, ours: mine, theirs: withoutMarkers(offered), direction: null, besideCbc }
  const both = (kind: AlgorithmKind, mine: readonly string[], offered: BothWays): Mismatch | null => {
    const way = ways.find(each => !shares(mine, offered[each]) && !(kind === 'mac' && needsNoMac(each)))
    if (way === undefined) return null
    const same = offered.toServer.join() === offered.toClient.join()
    const direction = same ? null : way
    return { kind, ours: mine, theirs: withoutMarkers(offered[way]), direction, besideCbc }
  }
  const needsNoMac = (way: keyof BothWays) =>
    /gcm|poly1305/.test(ours.cipher.find(name => theirs.cipher[way].includes(name)) ?? '')
  return (
    single('kex', ours.kex, theirs.kex) ??
    single('hostKey', ours.serverHostKey, theirs.hostKey) ??
    both('cipher', ours.cipher, theirs.cipher) ??
    both('mac', ours.hmac, theirs.mac) ??
    both('compression', ours.compress, theirs.compression)
  )
}

function shares(mine: readonly string[], offered: readonly string[]): boolean {
  return mine.some(name => offered.includes(name))
}

/** Removes the names that only announce extensions (RFC 8308; OpenSSH's PROTOCOL). */
function withoutMarkers(names: readonly string[]): readonly string[] {
  return names.filter(name => !/^(ext-info-[cs]|kex-strict-[cs]-.*|kexguess2@.*)$/.test(name))
}

/** Names the kind of algorithm that failed, what the server offers, why Hawser can't use it, and what to change. */
export function mismatchSentence(mismatch: Mismatch, context: MismatchContext): string {
  const { kind, theirs, direction } = mismatch
  const way = direction === null ? '' : ` for data ${direction === 'toServer' ? 'to' : 'from'} the server`
  const none = `${context.where} and Hawser have no ${nouns[kind]} in common${way}.`
  if (theirs.length === 0) return `${none} The server offers none. ${enable(mismatch, context)}`
  const { why, next } = judge(mismatch, context)
  return `${none} The server offers only ${list(theirs)}, ${why}. ${next}`
}

const nouns: Readonly<Record<AlgorithmKind, string>> = {
  kex: 'key exchange method',
  hostKey: 'host key type',
  cipher: 'cipher',
  mac: 'MAC',
  compression: 'compression method',
}

/** The keywords of ssh_config(5) and sshd_config(5). */
const keywords: Readonly<Record<AlgorithmKind, string>> = {
  kex: 'KexAlgorithms',
  hostKey: 'HostKeyAlgorithms',
  cipher: 'Ciphers',
  mac: 'MACs',
  compression: 'Compression',
}

// The strongest algorithms that all current servers support.
const preferred: Readonly<Record<AlgorithmKind, string>> = {
  kex: 'curve25519-sha256',
  hostKey: 'ssh-ed25519',
  cipher: 'aes256-gcm@openssh.com',
  mac: 'hmac-sha2-256',
  compression: 'none',
}

const postQuantum = /^(sntrup|mlkem|kyber)/
const certificate = /-cert-v\d\d@/
const outdated = /arcfour|blowfish|cast128|rijndael|-cbc|^3?des|md5|sha1\b|ripemd|umac-64|group1-|ssh-dss/

interface Judgement {
  readonly why: string
  readonly next: string
}

function judge(mismatch: Mismatch, context: MismatchContext): Judgement {
  const { kind, theirs } = mismatch
  const has = supported()[kind]
  const held = context.weakAllowed ? [...has.strong, ...has.weak] : has.strong
  const leftOut = theirs.filter(name => held.includes(name))
  if (leftOut.length > 0) return notOffered(leftOut, mismatch, context)
  const weak = theirs.filter(name => has.weak.includes(name))
  if (weak.length > 0) return weakOnly(weak, mismatch, context)
  return unsupported(mismatch, context)
}

/** Hawser supports these names, but the settings of this host exclude them. */
function notOffered(names: readonly string[], mismatch: Mismatch, { saved }: MismatchContext): Judgement {
  const { kind, besideCbc } = mismatch
  const [them, first = ''] = [names.length === 1 ? 'it' : 'them', names[0]]
  if (kind === 'compression')
    return {
      why: 'and compression is off for this host',
      next: 'Add “Compression yes” for this host to your SSH config.',
    }
  if (kind === 'mac' && besideCbc && names.every(isEtm)) {
    const next = saved
      ? 'Turn off weak algorithms for this host.'
      : 'Remove the CBC ciphers from the Ciphers line of your SSH config.'
    return { why: `and Hawser does not use ${them} with CBC ciphers`, next }
  }
  return {
    why: `but the ${keywords[kind]} line of your SSH config excludes ${them}`,
    next: `Add ${first} to that line.`,
  }
}

function weakOnly(weak: readonly string[], { kind, theirs }: Mismatch, context: MismatchContext): Judgement {
  const [first = ''] = weak
  const all = theirs.length === 1 ? 'which is weak' : 'which are weak'
  const why = weak.length === theirs.length ? all : `of which Hawser supports only weak ones (${list(weak)})`
  // The ciphers that apartFromCbc() removed.
  if (kind === 'cipher' && context.wishes.ciphers?.includes(first) === true)
    return {
      why,
      next: 'Add hmac-sha2-256 to the MACs line of your SSH config: Hawser does not use CBC with -etm MACs.',
    }
  const otherwise = context.saved
    ? 'allow weak algorithms for this host'
    : `add “${keywords[kind]} +${first}” for this host to your SSH config`
  return { why, next: `Update the server or, if you can’t, ${otherwise}.` }
}

function unsupported(mismatch: Mismatch, context: MismatchContext): Judgement {
  const { theirs } = mismatch
  const next = enable(mismatch, context)
  const one = theirs.length === 1
  const all = (pattern: RegExp) => theirs.every(name => pattern.test(name))
  if (all(outdated)) return { why: `which ${one ? 'is' : 'are'} too weak for Hawser to support`, next }
  if (all(postQuantum)) return { why: 'and Hawser does not support post-quantum key exchange yet', next }
  if (all(certificate)) return { why: 'and Hawser does not support host certificates yet', next }
  return { why: one ? 'which Hawser does not support' : 'none of which Hawser supports', next }
}

function enable({ kind, ours }: Mismatch, { ident }: MismatchContext): string {
  const name = ours.includes(preferred[kind]) ? preferred[kind] : (ours[0] ?? preferred[kind])
  if (kind === 'compression') return 'Allow connections without compression on the server.'
  if (!/OpenSSH/i.test(ident)) return `Enable ${name} on the server.`
  if (kind === 'hostKey') return `Add a host key of type ${name} to the server (HostKey in its sshd_config).`
  return `Add ${name} to ${keywords[kind]} in the server’s sshd_config.`
}

// RFC 4251 (6) limits names to 64 characters; no server offers more than about twenty of a kind.
const maxNames = 24
const maxName = 64

function list(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(name => cleanLine(name, maxName))
  if (names.length > maxNames) shown.push(`${names.length - maxNames} more`)
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
