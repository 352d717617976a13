import { cleanLine } from '../../shared/base/clean-text.ts'
import { keyType } from '../ssh/fingerprint.ts'

/** A public key line: type, blob and comment (sshd(8), "AUTHORIZED_KEYS FILE FORMAT", without options). */
export interface PublicLine {
  readonly type: string
  readonly blob: Buffer
  readonly comment: string
}

/** Parses the first line of a `.pub` file; null for anything else. */
export function parsePublicLine(text: string): PublicLine | null {
  const [, type, encoded, comment] = /^\s*([\w@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+([^\r\n]*))?/.exec(text) ?? []
  if (type === undefined || encoded === undefined) return null
  const blob = Buffer.from(encoded, 'base64')
  return keyType(blob) === type ? { type, blob, comment: cleanLine(comment ?? '', 256) } : null
}

/** Returns the line for authorized_keys. */
export function printPublicLine(type: string, blob: Uint8Array, comment: string): string {
  return `${type} ${Buffer.from(blob).toString('base64')} ${cleanLine(comment, 256)}`.trim()
}

/** Returns the size of a key as shown by ssh-keygen; null if the blob doesn't contain it. */
export function bitsOf(blob: Buffer): number | null {
  const type = keyType(blob)
  if (type === 'ssh-ed25519' || type.startsWith('sk-ssh-ed25519')) return 256
  const curve = /nistp(\d+)/.exec(type)
  if (curve) return Number(curve[1])
  if (type !== 'ssh-rsa') return null
  let at = 4 + type.length
  for (let field = 0; field < 2 && at + 4 <= blob.length; field++) {
    const length = blob.readUInt32BE(at)
    const value = blob.subarray(at + 4, at + 4 + length)
    at += 4 + length
    if (field === 1 && value.length > 0) {
      const start = value.findIndex(byte => byte !== 0)
      const first = value[start] ?? 0
      return (value.length - start) * 8 - Math.clz32(first) + 24
    }
  }
  return null
}
