import type { Proxy } from '../../shared/contract/hosts.ts'

/** The names of secrets in the vault, defined only here: a changed name would lose its secret. */

interface Login {
  /** The saved host, whose name doesn't change with its address. */
  readonly hostId: string | null
  readonly user: string
  readonly address: string
  readonly port: number
  /** The hops before it, as `user@address:port`: the same address behind another one is a different machine. */
  readonly via: readonly string[]
}

/** The name of a login's saved password. */
export function passwordName({ hostId, user, address, port, via }: Login): string {
  if (hostId !== null) return hostPasswordName(hostId)
  return `login:${user}@${address}:${port}${via.map(hop => ` via ${hop}`).join('')}:password`
}

/** The name of a saved host's password. */
export function hostPasswordName(hostId: string): string {
  return `host:${hostId}:password`
}

/** The name of a saved host's pasted private key. */
export function pastedKeyName(hostId: string): string {
  return `host:${hostId}:private-key`
}

/** The name of a proxy user's password. */
export function proxyPasswordName({ kind, user, address, port }: Proxy): string {
  return `proxy:${kind}:${user ?? ''}@${address}:${port}`
}

/** The name of a key in the vault; with an empty name, the prefix of all of them. */
export function vaultKeyName(name: string): string {
  return `vault-key:${name}`
}

const publicSuffix = ':public'

/** Where the public line of a key of the vault is kept, by the key's own place. */
export function publicLineName(keyName: string): string {
  return `${keyName}${publicSuffix}`
}

export function isPublicLineName(name: string): boolean {
  return name.endsWith(publicSuffix)
}

/** The name of a key file's saved passphrase. */
export function filePassphraseName(path: string): string {
  return `key:${path}:passphrase`
}

/** The name of the saved passphrase of a key in the vault. */
export function storedPassphraseName(keyName: string): string {
  return `${keyName}:passphrase`
}
