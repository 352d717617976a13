// PuTTY's private key files, versions 2 and 3 (PuTTY's manual, appendix C).
import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'

import { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js'

import { ByteReader, sshString, trimmed } from './key-bytes.mjs'
import { NeedsPassphrase } from './key-material.mjs'

// A file that asks for more would hold up everything: PuTTY's own is 8 MiB and some 20 passes.
const maxMemoryKib = 262_144
const maxPasses = 1_000

/** @param {string} text */
export function isPutty(text) {
  return /^PuTTY-User-Key-File-[23]: /m.test(text)
}

/**
 * Throws `NeedsPassphrase`, or `RangeError` for a file that can't be read.
 * @param {string} text @param {string | null} passphrase @returns {import('./key-material.mjs').PrivateKey}
 */
export function readPutty(text, passphrase) {
  const { fields, publicPart, privatePart } = split(text)
  const version = fields.has('PuTTY-User-Key-File-3') ? 3 : 2
  const type = fields.get(`PuTTY-User-Key-File-${version}`) ?? ''
  const encryption = fields.get('Encryption') ?? 'none'
  const comment = fields.get('Comment') ?? ''
  if (encryption !== 'none' && encryption !== 'aes256-cbc')
    throw new RangeError(`it is encrypted with ${encryption}, which is not supported`)
  if (encryption !== 'none' && passphrase === null) throw new NeedsPassphrase('no passphrase')
  const pass = Buffer.from(encryption === 'none' ? '' : (passphrase ?? ''), 'utf8')
  const keys = version === 3 ? keysOfVersion3(fields, pass, encryption) : keysOfVersion2(pass)
  let plain = privatePart
  if (encryption !== 'none') {
    if (privatePart.length % 16 !== 0) throw new RangeError('it is damaged')
    const decipher = createDecipheriv('aes-256-cbc', keys.cipher, keys.iv).setAutoPadding(false)
    plain = Buffer.concat([decipher.update(privatePart), decipher.final()])
  }
  const stated = Buffer.from(fields.get('Private-MAC') ?? '', 'hex')
  // PuTTY on Windows writes the comment in the system's code page: what was no UTF-8 came as one letter for each byte.
  const holds = ['utf8', 'latin1'].some(encoding => {
    const note = Buffer.from(comment, /** @type {BufferEncoding} */ (encoding))
    const signed = Buffer.concat([type, encryption, note, publicPart, plain].map(part => sshString(part)))
    const mac = createHmac(version === 3 ? 'sha256' : 'sha1', keys.mac)
      .update(signed)
      .digest()
    return stated.length === mac.length && timingSafeEqual(stated, mac)
  })
  if (!holds) {
    if (encryption === 'none') throw new RangeError('it is damaged')
    throw new NeedsPassphrase('wrong passphrase')
  }
  return { numbers: numbersOf(type, publicPart, plain), comment }
}

/** @param {string} text */
function split(text) {
  const lines = text.split(/\r\n|\r|\n/)
  /** @type {Map<string, string>} */
  const fields = new Map()
  let [publicPart, privatePart] = [Buffer.alloc(0), Buffer.alloc(0)]
  for (let at = 0; at < lines.length; at++) {
    const [, name, value] = /^([^:]+): (.*)$/.exec(lines[at] ?? '') ?? []
    if (name === undefined || value === undefined) continue
    fields.set(name, value)
    if (name !== 'Public-Lines' && name !== 'Private-Lines') continue
    const count = Number(value)
    if (!Number.isInteger(count) || count < 0 || count > 1000) throw new RangeError('it is damaged')
    const bytes = Buffer.from(lines.slice(at + 1, at + 1 + count).join(''), 'base64')
    if (name === 'Public-Lines') publicPart = bytes
    else privatePart = bytes
    at += count
  }
  return { fields, publicPart, privatePart }
}

/** @param {Buffer} pass */
function keysOfVersion2(pass) {
  const part = (/** @type {number} */ number) =>
    createHash('sha1')
      .update(Buffer.from([0, 0, 0, number]))
      .update(pass)
      .digest()
  const mac = createHash('sha1').update('putty-private-key-file-mac-key').update(pass).digest()
  return { cipher: Buffer.concat([part(0), part(1)]).subarray(0, 32), iv: Buffer.alloc(16), mac }
}

/** @param {Map<string, string>} fields @param {Buffer} pass @param {string} encryption */
function keysOfVersion3(fields, pass, encryption) {
  if (encryption === 'none') return { cipher: Buffer.alloc(0), iv: Buffer.alloc(0), mac: Buffer.alloc(0) }
  const number = (/** @type {string} */ name) => Number(fields.get(name))
  const options = { m: number('Argon2-Memory'), t: number('Argon2-Passes'), p: number('Argon2-Parallelism'), dkLen: 80 }
  const kind = { Argon2id: argon2id, Argon2i: argon2i, Argon2d: argon2d }[fields.get('Key-Derivation') ?? '']
  if (!kind || !(options.m <= maxMemoryKib) || !(options.t <= maxPasses) || !(options.p <= 16))
    throw new RangeError('its passphrase function needs more memory or time than Hawser allows')
  const out = Buffer.from(kind(pass, Buffer.from(fields.get('Argon2-Salt') ?? '', 'hex'), options))
  return { cipher: out.subarray(0, 32), iv: out.subarray(32, 48), mac: out.subarray(48) }
}

/** @param {string} type @param {Buffer} publicPart @param {Buffer} plain @returns {import('./key-material.mjs').KeyNumbers} */
function numbersOf(type, publicPart, plain) {
  const [outside, inside] = [new ByteReader(publicPart), new ByteReader(plain)]
  if (outside.text() !== type) throw new RangeError('it is damaged')
  if (type === 'ssh-ed25519') {
    const publicKey = Buffer.from(outside.string())
    // A number with its lowest byte first: older PuTTYs leave zeros at its end out.
    const seed = Buffer.from(inside.string())
    if (seed.length > 32) throw new RangeError('it is damaged')
    return { kind: 'ed25519', publicKey, seed: Buffer.concat([seed, Buffer.alloc(32 - seed.length)]) }
  }
  if (type === 'ssh-rsa') {
    const [e, n] = [trimmed(Buffer.from(outside.string())), trimmed(Buffer.from(outside.string()))]
    const [d, p, q, iqmp] = Array.from({ length: 4 }, () => Buffer.from(trimmed(inside.string())))
    return /** @type {import('./key-material.mjs').KeyNumbers} */ ({ kind: 'rsa', n, e, d, p, q, iqmp })
  }
  if (/^ecdsa-sha2-nistp(256|384|521)$/.test(type)) {
    const [curve, point] = [outside.text(), Buffer.from(outside.string())]
    return { kind: 'ecdsa', curve, point, scalar: Buffer.from(trimmed(inside.string())) }
  }
  throw new RangeError(`keys of type ${type} are not supported`)
}
