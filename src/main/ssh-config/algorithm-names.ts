import { isLiteral, matchesPattern } from './patterns.ts'

/** A list of algorithms that ssh_config(5) can set. */
export type AlgorithmKind = 'cipher' | 'mac' | 'kex' | 'key'

// The names of OpenSSH 9.2 to 10.5, and one that Red Hat adds. A version that lacks one of them refuses the whole file.
const names: Readonly<Record<AlgorithmKind, ReadonlySet<string>>> = {
  cipher: listed(`3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
    aes256-gcm@openssh.com chacha20-poly1305@openssh.com`),
  mac: listed(`hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com
    umac-128@openssh.com hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com hmac-sha2-256-etm@openssh.com
    hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com
    umac-128-etm@openssh.com`),
  kex: listed(`diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256
    diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
    diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 curve25519-sha256
    curve25519-sha256@libssh.org sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com mlkem768x25519-sha256
    mlkem768nistp256-sha256 mlkem1024nistp384-sha384`),
  key: listed(`ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com
    sk-ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp256-cert-v01@openssh.com
    ecdsa-sha2-nistp384 ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521
    ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com
    sk-ecdsa-sha2-nistp256-cert-v01@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com
    webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com ssh-dss ssh-dss-cert-v01@openssh.com ssh-rsa
    ssh-rsa-cert-v01@openssh.com rsa-sha2-256 rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512
    rsa-sha2-512-cert-v01@openssh.com ssh-xmss@openssh.com ssh-xmss-cert-v01@openssh.com
    ssh-mldsa44-ed25519@openssh.com ssh-mldsa44-ed25519-cert-v01@openssh.com`),
}

// OpenSSH accepts these as key types, ignoring case.
const shortNames = listed('dsa ecdsa ecdsa-sk ed25519 ed25519-sk rsa xmss mldsa44-ed25519')

/**
 * Returns the name in a list of algorithms that no OpenSSH version knows; null if it accepts the list. A list with `-`
 * may contain any name.
 */
export function unknownAlgorithm(kind: AlgorithmKind, spec: string): string | null {
  if (spec.startsWith('-')) return null
  const list = /^[+^]/.test(spec) ? spec.slice(1) : spec
  if (list === '') return spec
  for (const name of list.split(',')) {
    // OpenSSH reads a list up to its first empty name.
    if (name === '') return null
    if (!isKnown(kind, name)) return name
  }
  return null
}

function isKnown(kind: AlgorithmKind, name: string): boolean {
  if (names[kind].has(name)) return true
  // Kerberos appends a hash of its own to these names.
  if (kind === 'kex') return /^gss-(gex|group\d+|nistp256|curve25519)-sha\d+-/.test(name)
  if (kind !== 'key') return false
  if (shortNames.has(name.toLowerCase())) return true
  const pattern = name.startsWith('!') ? name.slice(1) : name
  return !isLiteral(name) && [...names.key].some(each => matchesPattern(each, pattern))
}

function listed(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/))
}
