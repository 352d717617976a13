import type { Proxy } from '../../shared/contract/hosts.ts'

/** Names of secrets in the vault, each spelled here and nowhere else: a name that changes loses what it named. */

interface Login {
  /** The saved host, whose name does not change with its address. */
  readonly hostId: string | null
  readonly user: string
  readonly address: string
  readonly port: number
  /** The hops before it, as `user@address:port`: the same address behind another one is another machine. */
  readonly via: readonly string[]
}

/** Where the password of a login is remembered. */
export function passwordName({ hostId, user, address, port, via }: Login): string {
  if (hostId !== null) return hostPasswordName(hostId)
  return `login:${user}@${address}:${port}${via.map(hop => ` via ${hop}`).join('')}:password`
}

/** Where the password of a saved host is kept. */
export function hostPasswordName(hostId: string): string {
  return `host:${hostId}:password`
}

/** Where the pasted private key of a saved host is kept. */
export function pastedKeyName(hostId: string): string {
  return `host:${hostId}:private-key`
}

/** Where the password of a proxy's user is kept. */
export function proxyPasswordName({ kind, user, address, port }: Proxy): string {
  return `proxy:${kind}:${user ?? ''}@${address}:${port}`
}

/** Where a key of the vault is kept; with an empty name the beginning of all of them. */
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

/** Where the passphrase of a key file is remembered. */
export function filePassphraseName(path: string): string {
  return `key:${path}:passphrase`
}

/** Where the passphrase of a key that lies in the vault itself is remembered. */
export function storedPassphraseName(keyName: string): string {
  return `${keyName}:passphrase`
}
