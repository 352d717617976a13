import { AppError } from '../../shared/base/errors.ts'

// More rounds of bcrypt would take minutes.
const maxRounds = 1024

/**
 * The parts of a private key file that are readable without its passphrase. `blob` is null if the format encrypts the
 * public key.
 */
export interface KeyOutline {
  readonly encrypted: boolean
  readonly type: string | null
  readonly blob: Buffer | null
}

/**
 * Reads the unencrypted parts of a private key without any expensive step. Errors: `key-unusable` if the text is not a
 * private key, or needs more than 1024 bcrypt rounds, which would take minutes.
 */
export function outlineKey(text: string, name: string): KeyOutline {
  if (text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) return outlineOpenSsh(text, name)
  if (/^PuTTY-User-Key-File-[23]:/m.test(text)) return outlinePutty(text)
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw unusableKey(name, 'it is not a private key')
  return { encrypted: /Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/.test(text), type: null, blob: null }
}

/*
 * PROTOCOL.key of OpenSSH:
 *   "openssh-key-v1\0"  string cipher  string kdf  string kdfoptions {string salt, uint32 rounds}  uint32 keys
 *   string publickey1 ...
 */
function outlineOpenSsh(text: string, name: string): KeyOutline {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1] ?? ''
  const bytes = Buffer.from(body.replace(/\s+/g, ''), 'base64')
  const magic = 'openssh-key-v1\0'
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) throw unusableKey(name, 'it is damaged')
  let at = magic.length
  const next = () => {
    const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : Infinity
    if (length > bytes.length - at - 4) throw unusableKey(name, 'it is damaged')
    const part = bytes.subarray(at + 4, at + 4 + length)
    at += 4 + length
    return part
  }
  const [cipher, kdf, options] = [next().toString('latin1'), next().toString('latin1'), next()]
  if (kdf === 'bcrypt') {
    const salt = options.length >= 4 ? options.readUInt32BE(0) : 0
    const rounds = options.length >= 8 + salt ? options.readUInt32BE(4 + salt) : Infinity
    if (rounds > maxRounds)
      throw unusableKey(name, `its passphrase function uses ${rounds} rounds; Hawser allows at most ${maxRounds}`)
  }
  at += 4
  const blob = Buffer.from(next())
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  const type = blob.subarray(4, 4 + length).toString('latin1')
  if (type.startsWith('sk-'))
    throw unusableKey(name, 'it is stored on a security key (FIDO), which Hawser doesn’t support yet')
  return { encrypted: cipher !== 'none', type, blob }
}

/** Reads the public key and comment of a PuTTY file. */
function outlinePutty(text: string): KeyOutline {
  const encrypted = /^Encryption: (?!none)/m.test(text)
  const type = /^PuTTY-User-Key-File-[23]: (\S+)/m.exec(text)?.[1] ?? null
  const [, count, rest] = /^Public-Lines: (\d{1,3})\r?\n([\s\S]*)/m.exec(text) ?? []
  const lines = (rest ?? '').split(/\r?\n/).slice(0, Number(count ?? 0))
  const blob = Buffer.from(lines.join(''), 'base64')
  return { encrypted, type, blob: blob.length > 0 ? blob : null }
}

/** The error of a key that can't be used; `why` is a clause. */
export function unusableKey(name: string, why: string): AppError {
  return new AppError('key-unusable', `The key ${name} can’t be used: ${why}.`)
}
