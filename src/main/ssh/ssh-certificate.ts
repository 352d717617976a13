/** What an OpenSSH certificate says of itself (PROTOCOL.certkeys). */
export interface SshCertificate {
  readonly type: string
  /** When it ends to hold; null is never. */
  readonly expiresAt: Date | null
}

// How many strings of the public key stand between the nonce and the serial number.
const keyFields: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'rsa-sha2-256': 2,
  'rsa-sha2-512': 2,
  'ssh-dss': 4,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519': 2,
  'sk-ecdsa-sha2-nistp256': 3,
}

// The last time that a Date can hold; certificates without an end have 2^64 - 1 seconds.
const maxSeconds = 8_640_000_000_000n

/** True for the type of a certificate. */
export function isCertificate(type: string): boolean {
  return /-cert-v\d\d@openssh\.com$/.test(type)
}

/** True for a key that lives on a security key (FIDO), with a certificate or without. */
export function isSecurityKey(type: string): boolean {
  return /^(webauthn-)?sk-/.test(type)
}

/** The type that a line of a public key file names, such as `ssh-ed25519`; empty where there is none. */
export function publicKeyType(text: string): string {
  return /^\s*([a-z][\w@.-]{2,63})\s+[A-Za-z0-9+/]/.exec(text)?.[1] ?? ''
}

/** Reads the line of a certificate file; null for anything else. */
export function readCertificate(text: string): SshCertificate | null {
  const type = publicKeyType(text)
  const fields = keyFields[type.replace(/-cert-v\d\d@openssh\.com$/, '')]
  if (!isCertificate(type) || fields === undefined) return null
  const blob = Buffer.from(text.trim().split(/\s+/)[1] ?? '', 'base64')
  let at = 0
  const skip = (bytes: number) => (at += bytes) <= blob.length
  const skipString = () => blob.length - at >= 4 && skip(4 + blob.readUInt32BE(at))
  // The type again, the nonce, the key; then serial and kind; then the key id and the principals.
  for (let strings = 0; strings < 2 + fields; strings++) if (!skipString()) return null
  if (!skip(8 + 4) || !skipString() || !skipString() || blob.length - at < 16) return null
  const before = blob.readBigUInt64BE(at + 8)
  return { type, expiresAt: before > maxSeconds ? null : new Date(Number(before) * 1000) }
}
