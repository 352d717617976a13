// OpenSSH's private key file, PROTOCOL.key:
//
//   "openssh-key-v1\0"  string cipher  string kdf  string kdfoptions  uint32 keys (1)
//   string public key   string encrypted { uint32 check  uint32 check  string type  fields  string comment  1 2 3 ... }
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

import bcrypt from 'bcrypt-pbkdf'

import { ByteReader, sshString, uint32 } from './key-bytes.mjs'
import { NeedsPassphrase, privateFields, publicBlob, readPrivateFields, typeOf } from './key-material.mjs'

const magic = Buffer.from('openssh-key-v1\0')
const head = '-----BEGIN OPENSSH PRIVATE KEY-----'
const foot = '-----END OPENSSH PRIVATE KEY-----'
const maxRounds = 1024

/** Key bytes, IV bytes and crypto's name of each cipher; the ones with a tag end in `gcm`. */
const ciphers = {
  'aes256-ctr': { key: 32, iv: 16, name: 'aes-256-ctr' },
  'aes192-ctr': { key: 24, iv: 16, name: 'aes-192-ctr' },
  'aes128-ctr': { key: 16, iv: 16, name: 'aes-128-ctr' },
  'aes256-cbc': { key: 32, iv: 16, name: 'aes-256-cbc' },
  'aes192-cbc': { key: 24, iv: 16, name: 'aes-192-cbc' },
  'aes128-cbc': { key: 16, iv: 16, name: 'aes-128-cbc' },
  'aes256-gcm@openssh.com': { key: 32, iv: 12, name: 'aes-256-gcm' },
  'aes128-gcm@openssh.com': { key: 16, iv: 12, name: 'aes-128-gcm' },
}

/** @param {string} text */
export function isOpenSsh(text) {
  return text.includes(head)
}

/**
 * Throws `NeedsPassphrase`, or `RangeError` for a file that can't be read.
 * @param {string} text @param {string | null} passphrase @returns {import('./key-material.mjs').PrivateKey}
 */
export function readOpenSsh(text, passphrase) {
  const body = text.slice(text.indexOf(head) + head.length, text.indexOf(foot))
  const bytes = Buffer.from(body.replace(/\s+/g, ''), 'base64')
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new RangeError('it is damaged')
  const file = new ByteReader(bytes.subarray(magic.length))
  const [cipher, kdf, options] = [file.text(), file.text(), file.string()]
  if (file.uint32() !== 1) throw new RangeError('it contains more than one key')
  file.string()
  const sealed = file.string()
  const opened =
    cipher === 'none' ? sealed : decrypt(sealed, { cipher, kdf, options, passphrase, tag: file.take(file.left) })
  const inner = new ByteReader(opened)
  if (opened.length < 8 || inner.uint32() !== inner.uint32()) {
    if (cipher === 'none') throw new RangeError('it is damaged')
    throw new NeedsPassphrase('wrong passphrase')
  }
  const type = inner.text()
  const numbers = readPrivateFields(type, inner)
  return { numbers, comment: inner.text() }
}

/**
 * Writes what `ssh-keygen` writes: aes256-ctr with bcrypt if there is a passphrase, in lines of 70 characters.
 * @param {import('./key-material.mjs').PrivateKey} key @param {{ passphrase: string, rounds: number }} seal
 */
export function writeOpenSsh({ numbers, comment }, { passphrase, rounds }) {
  const check = randomBytes(4)
  const open = Buffer.concat([check, check, sshString(typeOf(numbers)), privateFields(numbers), sshString(comment)])
  const block = passphrase === '' ? 8 : 16
  const padding = Buffer.from(Array.from({ length: (block - (open.length % block)) % block }, (_none, at) => at + 1))
  const plain = Buffer.concat([open, padding])
  const salt = randomBytes(16)
  const sealed = passphrase === '' ? plain : encrypt(plain, { passphrase, salt, rounds })
  const bytes = Buffer.concat([
    magic,
    sshString(passphrase === '' ? 'none' : 'aes256-ctr'),
    sshString(passphrase === '' ? 'none' : 'bcrypt'),
    sshString(passphrase === '' ? Buffer.alloc(0) : Buffer.concat([sshString(salt), uint32(rounds)])),
    uint32(1),
    sshString(publicBlob(numbers)),
    sshString(sealed),
  ])
  return `${head}\n${(bytes.toString('base64').match(/.{1,70}/g) ?? []).join('\n')}\n${foot}\n`
}

/** @param {Buffer} plain @param {{ passphrase: string, salt: Buffer, rounds: number }} how */
function encrypt(plain, { passphrase, salt, rounds }) {
  const derived = derive({ passphrase, salt, rounds, length: 48 })
  const cipher = createCipheriv('aes-256-ctr', derived.subarray(0, 32), derived.subarray(32))
  return Buffer.concat([cipher.update(plain), cipher.final()])
}

/** @param {Buffer} sealed @param {{ cipher: string, kdf: string, options: Buffer, passphrase: string | null, tag: Buffer }} how */
function decrypt(sealed, { cipher, kdf, options, passphrase, tag }) {
  const known = ciphers[/** @type {keyof typeof ciphers} */ (cipher)]
  if (!known || kdf !== 'bcrypt') throw new RangeError(`it is encrypted with ${cipher}, which is not supported`)
  if (passphrase === null) throw new NeedsPassphrase('no passphrase')
  const kdfOptions = new ByteReader(options)
  const [salt, rounds] = [Buffer.from(kdfOptions.string()), kdfOptions.uint32()]
  if (rounds < 1 || rounds > maxRounds) throw new RangeError(`it asks for ${rounds} rounds`)
  const derived = derive({ passphrase, salt, rounds, length: known.key + known.iv })
  const [key, iv] = [derived.subarray(0, known.key), derived.subarray(known.key)]
  const decipher = /** @type {import('node:crypto').DecipherGCM} */ (createDecipheriv(known.name, key, iv))
  if (known.name.endsWith('gcm')) decipher.setAuthTag(tag)
  else decipher.setAutoPadding(false)
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()])
  } catch {
    throw new NeedsPassphrase('wrong passphrase')
  }
}

/** @param {{ passphrase: string, salt: Buffer, rounds: number, length: number }} how */
function derive({ passphrase, salt, rounds, length }) {
  const pass = Buffer.from(passphrase, 'utf8')
  const out = Buffer.alloc(length)
  if (pass.length === 0 || bcrypt.pbkdf(pass, pass.length, salt, salt.length, out, length, rounds) !== 0)
    throw new NeedsPassphrase('no passphrase')
  return out
}
