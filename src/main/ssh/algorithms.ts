import { createRequire } from 'node:module'
import { getCiphers, getHashes } from 'node:crypto'

import type { Algorithms } from 'ssh2'

import { applySpec } from '../ssh-config/algorithm-spec.ts'

/*
 * Our own lists, strongest first. No chacha20-poly1305 and no CBC: with them a peer without strict key exchange is open
 * to the Terrapin attack (CVE-2023-48795); with AES-GCM and AES-CTR it is not.
 */
const kex = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
] as const
const hostKeys = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const
const ciphers = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'] as const
const macs = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const

// Only for a host whose owner said so; each use is marked "weak" in the window.
const weak = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  hostKeys: ['ssh-rsa', 'ssh-dss'],
  ciphers: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  macs: ['hmac-sha1'],
} as const

const opensslCipher: Record<string, string> = { '3des-cbc': 'des-ede3-cbc' }

/** What a config asks for, in the words of ssh_config(5); null leaves the usual ones. */
export interface AlgorithmWishes {
  readonly ciphers: string | null
  readonly macs: string | null
  readonly kex: string | null
  readonly hostKeys: string | null
}

/** What Hawser has of one kind on this computer, whether it offers it or not. */
export interface Supported {
  readonly strong: readonly string[]
  readonly weak: readonly string[]
}

interface Choice extends Supported {
  readonly keyword: string
  readonly wish: string | null
}

/** The lists that Hawser sends in its KEXINIT, by ssh2's names for them. */
export interface Offer {
  readonly kex: readonly string[]
  readonly serverHostKey: readonly string[]
  readonly cipher: readonly string[]
  readonly hmac: readonly string[]
  readonly compress: readonly string[]
}

const noWishes: AlgorithmWishes = { ciphers: null, macs: null, kex: null, hostKeys: null }

/**
 * The algorithms to offer. A config's own words go over our lists, and may name old ones: what it names is wanted, but
 * never more than is there. Throws `RangeError` with the keyword when nothing of it is. `knownTypes` are the host key types on file, asked for first so that a known server is not
 * taken for a changed one. Leaves out what this runtime's crypto lacks (Electron's BoringSSL), which ssh2 throws on, and
 * -etm MACs beside a CBC cipher: with both a peer without strict key exchange is open to Terrapin.
 */
export function algorithmsFor(options: {
  weak: boolean
  knownTypes: readonly string[]
  wishes?: AlgorithmWishes
  compression?: boolean
}): Algorithms & Offer {
  const { wishes = noWishes, compression = false } = options
  const choose = ({ keyword, strong, weak: old, wish }: Choice) => {
    const there = [...strong, ...old]
    const chosen = applySpec(wish, options.weak ? there : strong, there).filter(name => there.includes(name))
    if (chosen.length === 0) throw new RangeError(`${keyword} ${wish}: Hawser supports none of them`)
    return chosen
  }
  const has = supported()
  const cipher = choose({ keyword: 'Ciphers', ...has.cipher, wish: wishes.ciphers })
  const ours: Offer = {
    kex: choose({ keyword: 'KexAlgorithms', ...has.kex, wish: wishes.kex }),
    serverHostKey: knownFirst(
      choose({ keyword: 'HostKeyAlgorithms', ...has.hostKey, wish: wishes.hostKeys }),
      // As ssh does: a change of the list leaves the order to what is on file.
      wishes.hostKeys === null || /^[+-]/.test(wishes.hostKeys) ? options.knownTypes : [],
    ),
    ...apartFromCbc(cipher, choose({ keyword: 'MACs', ...has.mac, wish: wishes.macs })),
    compress: compression ? allCompression : ['none'],
  }
  return ours as unknown as Algorithms & Offer
}

/** Everything that Hawser can use on this computer. */
export function supported(): Readonly<Record<'kex' | 'hostKey' | 'cipher' | 'mac' | 'compression', Supported>> {
  return {
    kex: { strong: kex, weak: weak.kex.filter(name => !name.includes('group1-') || hasGroup1()) },
    hostKey: { strong: hostKeys, weak: weak.hostKeys },
    cipher: { strong: ciphers.filter(hasCipher), weak: weak.ciphers.filter(hasCipher) },
    mac: { strong: macs.filter(hasHash), weak: weak.macs.filter(hasHash) },
    compression: { strong: allCompression, weak: [] },
  }
}

const allCompression = ['zlib@openssh.com', 'zlib', 'none']

/** CBC and -etm never stand in the same offer; where a config leaves nothing but -etm, the CBC ciphers go. */
function apartFromCbc(cipher: readonly string[], hmac: readonly string[]): Pick<Offer, 'cipher' | 'hmac'> {
  if (!cipher.some(isCbc)) return { cipher, hmac }
  const others = hmac.filter(name => !isEtm(name))
  if (others.length > 0) return { cipher, hmac: others }
  const safe = cipher.filter(name => !isCbc(name))
  if (safe.length > 0) return { cipher: safe, hmac }
  throw new RangeError('Ciphers and MACs: CBC ciphers with only -etm MACs are vulnerable to the Terrapin attack')
}

export function isCbc(name: string): boolean {
  return name.endsWith('-cbc')
}

/** A MAC over what is encrypted. */
export function isEtm(name: string): boolean {
  return name.includes('-etm@')
}

const weakNames: ReadonlySet<string> = new Set(Object.values(weak).flat())

/** Those of the names that count as weak, each once. */
export function weakAmong(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter(name => weakNames.has(name))
}

/** The weak algorithms that a config lets in by name or pattern, those of PubkeyAcceptedAlgorithms too. */
export function weakWished(wishes: AlgorithmWishes & { readonly publicKeys: string | null }): readonly string[] {
  const { publicKeys } = wishes
  const signs = weakAmong(publicKeys === null ? [] : applySpec(publicKeys, [], [...hostKeys, ...weak.hostKeys]))
  try {
    const { kex, serverHostKey, cipher, hmac } = algorithmsFor({ weak: false, knownTypes: [], wishes })
    return weakAmong([...kex, ...serverHostKey, ...cipher, ...hmac, ...signs])
  } catch (error) {
    // A list with nothing that Hawser has: dialling says so.
    if (error instanceof RangeError) return signs
    throw error
  }
}

function knownFirst(offered: readonly string[], knownTypes: readonly string[]): string[] {
  // A key filed as ssh-rsa signs with SHA-2 too (RFC 8332).
  const known = new Set(
    knownTypes.flatMap(type => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', type] : [type])),
  )
  return [...offered.filter(name => known.has(name)), ...offered.filter(name => !known.has(name))]
}

const runtimeCiphers = new Set(getCiphers())
const runtimeHashes = new Set(getHashes().map(name => name.toLowerCase()))

function hasCipher(name: string): boolean {
  const bare = name.replace('@openssh.com', '')
  const gcm = /^aes(\d+)-gcm$/.exec(bare)
  if (gcm) return runtimeCiphers.has(`aes-${gcm[1]}-gcm`)
  const plain = /^aes(\d+)-(ctr|cbc)$/.exec(bare)
  return runtimeCiphers.has(plain ? `aes-${plain[1]}-${plain[2]}` : (opensslCipher[bare] ?? bare))
}

function hasHash(name: string): boolean {
  const hash = /^hmac-(sha1|sha2-256|sha2-512)/.exec(name)?.[1]?.replace('sha2-', 'sha')
  return hash !== undefined && (runtimeHashes.has(hash) || runtimeHashes.has(`rsa-${hash}`))
}

// Making the group takes 200 ms, and the answer never changes.
let group1: boolean | undefined

function hasGroup1(): boolean {
  group1 ??= canMakeGroup1()
  return group1
}

function canMakeGroup1(): boolean {
  try {
    const { createDiffieHellmanGroup } = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto')
    createDiffieHellmanGroup('modp2')
    return true
  } catch {
    return false
  }
}
