import { createRequire } from 'node:module'
import { getCiphers, getHashes } from 'node:crypto'

import type { Algorithms } from 'ssh2'

import { applySpec } from '../ssh-config/algorithm-spec.ts'

/*
 * The default lists, strongest first. They exclude chacha20-poly1305 and CBC, which expose a peer without strict key
 * exchange to the Terrapin attack (CVE-2023-48795); AES-GCM and AES-CTR do not.
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

// Offered only to hosts that allow weak algorithms; the window marks each use as "weak".
const weak = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  hostKeys: ['ssh-rsa', 'ssh-dss'],
  ciphers: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  macs: ['hmac-sha1'],
} as const

const opensslCipher: Record<string, string> = { '3des-cbc': 'des-ede3-cbc' }

/** The algorithm settings of a config, in the syntax of ssh_config(5); null keeps the defaults. */
export interface AlgorithmWishes {
  readonly ciphers: string | null
  readonly macs: string | null
  readonly kex: string | null
  readonly hostKeys: string | null
}

/** The algorithms of one kind that Hawser supports on this computer, offered or not. */
export interface Supported {
  readonly strong: readonly string[]
  readonly weak: readonly string[]
}

interface Choice extends Supported {
  readonly keyword: string
  readonly wish: string | null
}

/** The lists that Hawser sends in its KEXINIT, under ssh2's names. */
export interface Offer {
  readonly kex: readonly string[]
  readonly serverHostKey: readonly string[]
  readonly cipher: readonly string[]
  readonly hmac: readonly string[]
  readonly compress: readonly string[]
}

const noWishes: AlgorithmWishes = { ciphers: null, macs: null, kex: null, hostKeys: null }

/**
 * Returns the algorithms to offer. The settings of a config are applied to the default lists and may name weak
 * algorithms, but only supported ones are offered. `knownTypes` are the host key types in known_hosts; they come first
 * so that a known server is not mistaken for a changed one. Algorithms that the crypto library of this runtime lacks
 * (Electron's BoringSSL) are left out, because ssh2 throws on them, and so are -etm MACs beside a CBC cipher, because
 * the combination is open to Terrapin without strict key exchange. Errors: `RangeError` naming the keyword if nothing
 * remains.
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
      // As in ssh: a modified default list is still ordered by the known host keys.
      wishes.hostKeys === null || /^[+-]/.test(wishes.hostKeys) ? options.knownTypes : [],
    ),
    ...apartFromCbc(cipher, choose({ keyword: 'MACs', ...has.mac, wish: wishes.macs })),
    compress: compression ? allCompression : ['none'],
  }
  return ours as unknown as Algorithms & Offer
}

/** Every algorithm that Hawser supports on this computer. */
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

/**
 * CBC ciphers and -etm MACs are never offered together; if a config allows only -etm MACs, the CBC ciphers are dropped.
 */
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

/** True for an encrypt-then-MAC algorithm. */
export function isEtm(name: string): boolean {
  return name.includes('-etm@')
}

const weakNames: ReadonlySet<string> = new Set(Object.values(weak).flat())

/** Returns the weak algorithms among the names, each once. */
export function weakAmong(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter(name => weakNames.has(name))
}

/** The weak algorithms that a config allows by name or pattern, including those of PubkeyAcceptedAlgorithms. */
export function weakWished(wishes: AlgorithmWishes & { readonly publicKeys: string | null }): readonly string[] {
  const { publicKeys } = wishes
  const signs = weakAmong(publicKeys === null ? [] : applySpec(publicKeys, [], [...hostKeys, ...weak.hostKeys]))
  try {
    const { kex, serverHostKey, cipher, hmac } = algorithmsFor({ weak: false, knownTypes: [], wishes })
    return weakAmong([...kex, ...serverHostKey, ...cipher, ...hmac, ...signs])
  } catch (error) {
    // Dialing reports a list in which nothing is supported.
    if (error instanceof RangeError) return signs
    throw error
  }
}

function knownFirst(offered: readonly string[], knownTypes: readonly string[]): string[] {
  // A host key stored as ssh-rsa can also sign with SHA-2 (RFC 8332).
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

// Creating the group takes 200 ms, and the result never changes.
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
