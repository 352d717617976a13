import { createHash } from 'node:crypto'

/**
 * Returns a public key's SHA256 fingerprint as OpenSSH prints it: `SHA256:` and the unpadded Base64 hash of the key
 * blob.
 */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** Returns the type name at the start of a public key blob (RFC 4253, 6.6); 'unknown' if it is malformed. */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return 'unknown'
  const length = blob.readUInt32BE(0)
  const name = blob.subarray(4, 4 + length).toString('latin1')
  return length > 0 && length <= 64 && length <= blob.length - 4 && /^[\x21-\x7e]+$/.test(name) ? name : 'unknown'
}

/** Returns a key type as OpenSSH displays it: `ssh-ed25519` becomes ED25519. */
export function shownType(type: string): string {
  if (type === 'ssh-rsa') return 'RSA'
  if (type === 'ssh-ed25519') return 'ED25519'
  if (type.startsWith('ecdsa-sha2-')) return 'ECDSA'
  if (type.startsWith('sk-ssh-ed25519')) return 'ED25519-SK'
  if (type.startsWith('sk-ecdsa-')) return 'ECDSA-SK'
  return type
}
