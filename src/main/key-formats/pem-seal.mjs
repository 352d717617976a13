// Opens the encrypted private keys that OpenSSL writes: PKCS#8 with PBES2 or PBES1 (RFC 8018, RFC 7914, RFC 7292) and the
// older PEM with DEK-Info. The crypto of Electron knows few of these, so the derivations are spelled out here.
import { createDecipheriv, createHash, createPrivateKey, pbkdf2Sync, scryptSync } from 'node:crypto'

import { NeedsPassphrase } from './key-material.mjs'

/** What this form of a key asks for can't be done; the message is a clause for people. */
export class Unreadable extends RangeError {}

// A file that asks for more would stop the program rather than a thief.
const maxScryptBytes = 1024 * 1024 * 1024

const digests = /** @type {Record<string, string>} */ ({
  '2a864886f70d0207': 'sha1',
  '2a864886f70d0208': 'sha224',
  '2a864886f70d0209': 'sha256',
  '2a864886f70d020a': 'sha384',
  '2a864886f70d020b': 'sha512',
})
const pbkdf2 = '2a864886f70d01050c'
const scrypt = '2b06010401da47040b'
const pbes2 = '2a864886f70d01050d'

/** Each cipher with the bytes of its key. One DES is three with the same key. */
const ciphers = /** @type {Record<string, readonly [string, number]>} */ ({
  '60864801650304012a': ['aes-256-cbc', 32],
  '608648016503040102': ['aes-128-cbc', 16],
  '608648016503040116': ['aes-192-cbc', 24],
  '2a864886f70d0307': ['des-ede3-cbc', 24],
  '2b0e030207': ['des-cbc', 8],
})
const oldSchemes = /** @type {Record<string, 'md5' | 'sha1'>} */ ({
  '2a864886f70d010503': 'md5',
  '2a864886f70d01050a': 'sha1',
})
const pemCiphers = /** @type {Record<string, readonly [string, number]>} */ ({
  'AES-128-CBC': ['aes-128-cbc', 16],
  'AES-192-CBC': ['aes-192-cbc', 24],
  'AES-256-CBC': ['aes-256-cbc', 32],
  'DES-EDE3-CBC': ['des-ede3-cbc', 24],
  'DES-CBC': ['des-cbc', 8],
})

/** True for a PEM that only a passphrase opens. @param {string} text */
export function isSealed(text) {
  return /BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: 4,ENCRYPTED/m.test(text)
}

/** Throws `NeedsPassphrase` where the passphrase is wrong, `Unreadable` otherwise. @param {string} text @param {string} passphrase */
export function openSealed(text, passphrase) {
  const [, label = '', body = ''] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----([\s\S]*?)-----END/.exec(text) ?? []
  const data = label === 'ENCRYPTED PRIVATE KEY' ? openPkcs8(base64(body), passphrase) : openPem(body, passphrase)
  // A wrong passphrase may leave padding that looks right by chance, but no whole sequence.
  try {
    if (new Der(data).sequence().length < data.length - 6) throw new RangeError('more follows')
  } catch {
    throw new NeedsPassphrase('wrong passphrase')
  }
  const type = { 'RSA PRIVATE KEY': 'pkcs1', 'EC PRIVATE KEY': 'sec1' }[label] ?? 'pkcs8'
  return createPrivateKey({ key: data, format: 'der', type: /** @type {'pkcs8'} */ (type) })
}

/** @param {Buffer} data @param {string} passphrase */
function openPkcs8(data, passphrase) {
  const outer = new Der(new Der(data).sequence())
  const scheme = new Der(outer.sequence())
  const sealed = outer.take(0x04)
  const name = scheme.oid()
  const given = new Der(scheme.sequence())
  if (name === pbes2) return openPbes2(given, sealed, passphrase)
  const [salt, rounds] = [given.take(0x04), given.integer()]
  const hash = oldSchemes[name]
  if (hash !== undefined) {
    let key = Buffer.concat([Buffer.from(passphrase, 'utf8'), salt])
    for (let round = 0; round < rounds; round++) key = createHash(hash).update(key).digest()
    return decipher(['des-cbc', 8], { key: key.subarray(0, 8), iv: key.subarray(8, 16) }, sealed)
  }
  // PKCS#12's own derivation, with three keys of DES or two.
  const size = { '2a864886f70d010c0103': 24, '2a864886f70d010c0104': 16 }[name]
  if (size === undefined)
    throw new Unreadable('it is encrypted with RC2 or RC4, which are not secure. Convert it with openssl pkcs8 -topk8')
  const derive = (/** @type {number} */ id, /** @type {number} */ length) =>
    pkcs12({ passphrase, salt, rounds }, id, length)
  const key = derive(1, size)
  const whole = size === 24 ? key : Buffer.concat([key, key.subarray(0, 8)])
  return decipher(['des-ede3-cbc', 24], { key: whole, iv: derive(2, 8) }, sealed)
}

/** @param {Der} given @param {Buffer} sealed @param {string} passphrase */
function openPbes2(given, sealed, passphrase) {
  const derivation = new Der(given.sequence())
  const encryption = new Der(given.sequence())
  const cipher = ciphers[encryption.oid()]
  if (!cipher) throw new Unreadable('its cipher is not supported. Convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc')
  const iv = encryption.take(0x04)
  const name = derivation.oid()
  const options = new Der(derivation.sequence())
  const salt = options.take(0x04)
  const rounds = options.integer()
  const secret = Buffer.from(passphrase, 'utf8')
  if (name === scrypt) {
    const [r, p] = [options.integer(), options.integer()]
    if (128 * r * (rounds + p) > maxScryptBytes)
      throw new Unreadable(
        'its passphrase function needs more than 1 GiB of memory. Convert it with openssl pkcs8 -topk8',
      )
    const key = scryptSync(secret, salt, cipher[1], { N: rounds, r, p, maxmem: 2 * maxScryptBytes })
    return decipher(cipher, { key, iv }, sealed)
  }
  if (name !== pbkdf2)
    throw new Unreadable('its passphrase function is not supported. Convert it with openssl pkcs8 -topk8')
  // The length of the key may stand there; the cipher has said it already. Without a PRF it is the one with SHA-1.
  if (options.next === 0x02) options.integer()
  const hash = options.next === 0x30 ? digests[new Der(options.sequence()).oid()] : 'sha1'
  if (hash === undefined)
    throw new Unreadable('its passphrase function is not supported. Convert it with openssl pkcs8 -topk8')
  return decipher(cipher, { key: pbkdf2Sync(secret, salt, rounds, cipher[1], hash), iv }, sealed)
}

/** RFC 1421's headers, and the key of EVP_BytesToKey with MD5. @param {string} body @param {string} passphrase */
function openPem(body, passphrase) {
  const [, name = '', hex = ''] = /^DEK-Info: *([A-Z0-9-]+) *, *([0-9A-F]+)/im.exec(body) ?? []
  const cipher = pemCiphers[name.toUpperCase()]
  if (!cipher) throw new Unreadable(`its cipher ${name.slice(0, 32)} is not supported. Convert it with ssh-keygen -p`)
  const iv = Buffer.from(hex, 'hex')
  const from = Buffer.concat([Buffer.from(passphrase, 'utf8'), iv.subarray(0, 8)])
  let key = Buffer.alloc(0)
  for (let last = Buffer.alloc(0); key.length < cipher[1]; key = Buffer.concat([key, last]))
    last = createHash('md5').update(last).update(from).digest()
  const data = base64(body.replace(/^[\w-]+:.*$/gm, ''))
  return decipher(cipher, { key: key.subarray(0, cipher[1]), iv }, data)
}

/** @param {readonly [string, number]} cipher @param {{ key: Buffer, iv: Buffer }} secrets @param {Buffer} data */
function decipher([name], { key, iv }, data) {
  const single = name === 'des-cbc'
  try {
    const open = createDecipheriv(single ? 'des-ede3-cbc' : name, single ? Buffer.concat([key, key, key]) : key, iv)
    return Buffer.concat([open.update(data), open.final()])
  } catch {
    throw new NeedsPassphrase('wrong passphrase')
  }
}

/** RFC 7292, B.2, with SHA-1. @param {{ passphrase: string, salt: Buffer, rounds: number }} given @param {number} id @param {number} length */
function pkcs12({ passphrase, salt, rounds }, id, length) {
  const block = 64
  const filled = (/** @type {Buffer} */ bytes) =>
    bytes.length === 0 ? bytes : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
  const secret = Buffer.from(`${passphrase}\0`, 'utf16le').swap16()
  let mixed = Buffer.concat([filled(salt), filled(secret)])
  let key = Buffer.alloc(0)
  while (key.length < length) {
    let hash = createHash('sha1').update(Buffer.alloc(block, id)).update(mixed).digest()
    for (let round = 1; round < rounds; round++) hash = createHash('sha1').update(hash).digest()
    key = Buffer.concat([key, hash])
    const more = filled(hash).subarray(0, block)
    mixed = Buffer.concat(
      Array.from({ length: mixed.length / block }, (_, at) =>
        plusOne(mixed.subarray(at * block, (at + 1) * block), more),
      ),
    )
  }
  return key.subarray(0, length)
}

/** a + b + 1, cut to their length. @param {Buffer} a @param {Buffer} b */
function plusOne(a, b) {
  const sum = Buffer.alloc(a.length)
  let carry = 1
  for (let at = a.length - 1; at >= 0; at--) {
    carry += /** @type {number} */ (a[at]) + /** @type {number} */ (b[at])
    sum[at] = carry & 0xff
    carry >>= 8
  }
  return sum
}

/** @param {string} text */
function base64(text) {
  return Buffer.from(text.replace(/\s+/g, ''), 'base64')
}

/** Reads DER (X.690), with lengths in any of their forms; throws `RangeError` for anything else. */
class Der {
  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  /** The tag that comes next; undefined at the end. */
  get next() {
    return this.bytes[this.at]
  }

  /** @param {number} tag */
  take(tag) {
    if (this.next !== tag) throw new RangeError('the file is damaged')
    const first = this.bytes[this.at + 1] ?? 0
    const more = first & 0x80 ? first & 0x7f : 0
    if (more > 4 || (first & 0x80 && more === 0)) throw new RangeError('the file is damaged')
    const start = this.at + 2 + more
    const length = more === 0 ? first : start > this.bytes.length ? Infinity : this.bytes.readUIntBE(this.at + 2, more)
    if (start + length > this.bytes.length) throw new RangeError('the file is truncated')
    this.at = start + length
    return this.bytes.subarray(start, this.at)
  }

  sequence() {
    return this.take(0x30)
  }

  oid() {
    return this.take(0x06).toString('hex')
  }

  integer() {
    const value = this.take(0x02)
    if (value.length === 0 || value.length > 5) throw new RangeError('the file is damaged')
    return value.readUIntBE(0, value.length)
  }
}
