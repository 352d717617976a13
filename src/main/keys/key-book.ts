import type { Group, Host } from '../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import type { KeyInfo } from '../../shared/contract/keys.ts'
import { fingerprint, keyType, shownType } from '../ssh/fingerprint.ts'
import { outlineKey, type KeyOutline } from '../key-formats/key-outline.ts'
import type { Signer } from '../ssh/signer.ts'
import type { KeyFile } from './key-files.ts'
import { bitsOf, parsePublicLine, printPublicLine } from './public-key.ts'
import { randomart } from './randomart.ts'

/** The vault's data about a key, besides the private key. */
export interface VaultKey {
  readonly name: string
  readonly text: string
  /** Its public key line. */
  readonly publicLine: string
}

export interface KeySources {
  readonly files: readonly KeyFile[]
  readonly vault: readonly VaultKey[]
  readonly agent: readonly Signer[]
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  /** Resolves the key setting of a host to a path. */
  readonly resolve: (keyFile: string) => string
}

/** Lists every key once, marking those that are also in the agent. Pure. */
export function bookOf(sources: KeySources): readonly KeyInfo[] {
  const { files, vault, agent } = sources
  const users = usersOf(sources)
  const listed = [
    ...files.map(file => fromFile(file, users.get(`file:${file.path}`) ?? [])),
    ...vault.map(key => fromVault(key, users.get(`vault:${key.name}`) ?? [])),
  ]
  const inAgent = new Set(agent.map(({ blob }) => fingerprint(blob)))
  const known = new Set(listed.map(({ fingerprint: print }) => print))
  return [
    ...listed.map(key => ({ ...key, inAgent: key.fingerprint !== null && inAgent.has(key.fingerprint) })),
    ...agent.filter(({ blob }) => !known.has(fingerprint(blob))).map(fromAgent),
  ]
}

function usersOf({ hosts, groups, resolve }: KeySources): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>()
  for (const host of hosts) {
    const keyFile = host.keyFile ?? inheritedFrom(host.groupId, groups).keyFile
    if (keyFile === null) continue
    const id = keyFile.startsWith('vault:') ? keyFile : `file:${resolve(keyFile)}`
    users.set(id, [...(users.get(id) ?? []), host.label])
  }
  return users
}

function fromFile({ path, name, outline, beside, problem }: KeyFile, usedBy: readonly string[]): KeyInfo {
  const blob = outline?.blob ?? beside?.blob ?? null
  const base = { id: `file:${path}`, place: 'file' as const, name, path, usedBy, inAgent: false }
  const comment = beside?.comment ?? ''
  return { ...base, ...publicHalf(blob, comment), comment, encrypted: outline?.encrypted ?? null, problem }
}

function fromVault({ name, text, publicLine }: VaultKey, usedBy: readonly string[]): KeyInfo {
  const half = parsePublicLine(publicLine)
  const comment = half?.comment ?? ''
  const encrypted = readOutline(text, name)?.encrypted ?? null
  const base = { id: `vault:${name}`, place: 'vault' as const, name, path: null, usedBy, inAgent: false }
  return { ...base, ...publicHalf(half?.blob ?? null, comment), comment, encrypted, problem: null }
}

function fromAgent({ blob, name }: Signer): KeyInfo {
  const base = { id: `agent:${fingerprint(blob)}`, place: 'agent' as const, name, path: null, usedBy: [] }
  return { ...base, ...publicHalf(blob, name), comment: name, encrypted: null, inAgent: true, problem: null }
}

function publicHalf(blob: Buffer | null, comment: string) {
  const name = blob ? keyType(blob) : 'unknown'
  if (!blob || name === 'unknown')
    return { type: 'unknown', bits: null, fingerprint: null, randomart: '', publicKey: null }
  const [type, bits] = [shownType(name), bitsOf(blob)]
  return {
    type,
    bits,
    fingerprint: fingerprint(blob),
    randomart: randomart(blob, { type, bits: bits ?? 0 }),
    publicKey: printPublicLine(name, blob, comment),
  }
}

function readOutline(text: string, name: string): KeyOutline | null {
  try {
    return outlineKey(text, name)
  } catch {
    return null
  }
}
