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

interface Choice {
  readonly keyword: string
  readonly strong: readonly string[]
  readonly old: readonly string[]
  readonly wish: string | null
}

const noWishes: AlgorithmWishes = { ciphers: null, macs: null, kex: null, hostKeys: null }

/**
 * The algorithms to offer. A config's own words go over our lists, and may name old ones: what it names is wanted, but
 * never more than is there. Throws `RangeError` with the keyword when nothing of it is. `knownTypes` are the host key types on file, asked for first so that a known server is not
 * taken for a changed one. Leaves out what this runtime's crypto lacks (Electron's BoringSSL), which ssh2 throws on.
 */
export function algorithmsFor(options: {
  weak: boolean
  knownTypes: readonly string[]
  wishes?: AlgorithmWishes
  compression?: boolean
}): Algorithms {
  const { wishes = noWishes, compression = false } = options
  const choose = ({ keyword, strong, old, wish }: Choice) => {
    const there = [...strong, ...old]
    const chosen = applySpec(wish, options.weak ? there : strong, there).filter(name => there.includes(name))
    if (chosen.length === 0) throw new RangeError(`${keyword} ${wish}: Hawser has none of them`)
    return chosen
  }
  const group1 = weak.kex.filter(name => !name.includes('group1-') || hasGroup1())
  const ours = {
    kex: choose({ keyword: 'KexAlgorithms', strong: kex, old: group1, wish: wishes.kex }),
    serverHostKey: knownFirst(
      choose({ keyword: 'HostKeyAlgorithms', strong: hostKeys, old: weak.hostKeys, wish: wishes.hostKeys }),
      // As ssh does: a change of the list leaves the order to what is on file.
      wishes.hostKeys === null || /^[+-]/.test(wishes.hostKeys) ? options.knownTypes : [],
    ),
    cipher: choose({
      keyword: 'Ciphers',
      strong: ciphers.filter(hasCipher),
      old: weak.ciphers.filter(hasCipher),
      wish: wishes.ciphers,
    }),
    hmac: choose({ keyword: 'MACs', strong: macs.filter(hasHash), old: weak.macs.filter(hasHash), wish: wishes.macs }),
    compress: compression ? ['zlib@openssh.com', 'zlib', 'none'] : ['none'],
  }
  return ours as unknown as Algorithms
}

/** The names in the lists that count as weak. */
export const weakNames: ReadonlySet<string> = new Set(Object.values(weak).flat())

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

function hasGroup1(): boolean {
  try {
    const { createDiffieHellmanGroup } = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto')
    createDiffieHellmanGroup('modp2')
    return true
  } catch {
    return false
  }
}
