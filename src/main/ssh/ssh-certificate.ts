/** The contents of an OpenSSH certificate (PROTOCOL.certkeys). */
export interface SshCertificate {
  readonly type: string
  /** When its validity ends; null is never. */
  readonly expiresAt: Date | null
}

// The number of public key strings between the nonce and the serial number.
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

// The maximum of Date; certificates without an end have 2^64 - 1 seconds.
const maxSeconds = 8_640_000_000_000n

/** True for a certificate type. */
export function isCertificate(type: string): boolean {
  return /-cert-v\d\d@openssh\.com$/.test(type)
}

/** True for a key on a security key (FIDO), with or without a certificate. */
export function isSecurityKey(type: string): boolean {
  return /^(webauthn-)?sk-/.test(type)
}

/** The type that a line of a public key file names, such as `ssh-ed25519`; empty if there is none. */
export function publicKeyType(text: string): string {
  return /^\s*([a-z][\w@.-]{2,63})\s+[A-Za-z0-9+/]/.exec(text)?.[1] ?? ''
}

/** Parses the line of a certificate file; null for anything else. */
export function readCertificate(text: string): SshCertificate | null {
  const type = publicKeyType(text)
  const fields = keyFields[type.replace(/-cert-v\d\d@openssh\.com$/, '')]
  if (!isCertificate(type) || fields === undefined) return null
  const blob = Buffer.from(text.trim().split(/\s+/)[1] ?? '', 'base64')
  let at = 0
  const skip = (bytes: number) => (at += bytes) <= blob.length
  const skipString = () => blob.length - at >= 4 && skip(4 + blob.readUInt32BE(at))
  // The type again, the nonce and the key; then serial and kind; then the key ID and the principals.
  for (let strings = 0; strings < 2 + fields; strings++) if (!skipString()) return null
  if (!skip(8 + 4) || !skipString() || !skipString() || blob.length - at < 16) return null
  const before = blob.readBigUInt64BE(at + 8)
  return { type, expiresAt: before > maxSeconds ? null : new Date(Number(before) * 1000) }
}
