// Generates, reads and writes private keys off the main thread: an encrypted key takes 0.2 s or more, a malicious one
// might take forever. Plain JavaScript, so that tests run the file that ships.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

import { fromKeyObject, NeedsPassphrase, privateFields, publicBlob, toKeyObject, typeOf } from './key-material.mjs'
import { isOpenSsh, readOpenSsh, writeOpenSsh } from './openssh-key.mjs'
import { isSealed, openSealed, Unreadable } from './pem-seal.mjs'
import { isPutty, readPutty } from './putty-key.mjs'

/**
 * @typedef {{ passphrase: string, rounds: number }} Seal
 * @typedef {{ kind: 'read', text: string, passphrase: string | null }
 *   | { kind: 'generate', type: 'ed25519' | 'ecdsa' | 'rsa', bits: number, comment: string, seal: Seal }
 *   | { kind: 'convert', text: string, passphrase: string | null, comment: string | null, to: 'openssh' | 'pkcs8', seal: Seal }} KeyJob
 * @typedef {{ ok: true, type: string, blob: Uint8Array, comment: string, pem: string, fields: Uint8Array, text: string }} KeyDone
 * @typedef {KeyDone | { ok: false, why: 'passphrase' | 'format' | 'said', detail: string }} KeyResult
 */

parentPort?.on('message', (/** @type {KeyJob} */ job) => {
  parentPort?.postMessage(run(job))
})

/** @param {KeyJob} job @returns {KeyResult} */
function run(job) {
  try {
    if (job.kind === 'generate') return done(generate(job), writeOpenSsh, job.seal)
    const key = read(job.text, job.passphrase)
    if (job.kind === 'read') return done(key, null, null)
    const named = job.comment === null ? key : { ...key, comment: job.comment }
    return done(named, job.to === 'openssh' ? writeOpenSsh : writePkcs8, job.seal)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    if (error instanceof Unreadable) return { ok: false, why: 'said', detail }
    const missing = /passphrase|bad[ _]decrypt|encrypted|interrupted or cancelled/i.test(detail)
    const ours = error instanceof RangeError
    return { ok: false, why: error instanceof NeedsPassphrase || (missing && !ours) ? 'passphrase' : 'format', detail }
  }
}

/**
 * @param {import('./key-material.mjs').PrivateKey} key
 * @param {((key: import('./key-material.mjs').PrivateKey, seal: Seal) => string) | null} write
 * @param {Seal | null} seal
 * @returns {KeyDone}
 */
function done(key, write, seal) {
  const { numbers, comment } = key
  // A mismatched key pair would create signatures that no server accepts.
  if (numbers.kind === 'ed25519' && !publicBlob(fromKeyObject(toKeyObject(numbers))).equals(publicBlob(numbers)))
    throw new RangeError('its private and public key don’t match')
  return {
    ok: true,
    type: typeOf(numbers),
    blob: new Uint8Array(publicBlob(numbers)),
    comment,
    pem: write ? '' : toKeyObject(numbers).export({ format: 'pem', type: 'pkcs8' }).toString(),
    fields: write ? new Uint8Array() : new Uint8Array(privateFields(numbers)),
    text: write && seal ? write(key, seal) : '',
  }
}

/** @param {string} text @param {string | null} passphrase @returns {import('./key-material.mjs').PrivateKey} */
function read(text, passphrase) {
  if (isOpenSsh(text)) return readOpenSsh(text, passphrase)
  if (isPutty(text)) return readPutty(text, passphrase)
  return { numbers: fromKeyObject(readPem(text, passphrase)), comment: '' }
}

/** @param {string} text @param {string | null} passphrase */
function readPem(text, passphrase) {
  if (!isSealed(text)) return createPrivateKey(text)
  if (passphrase === null) throw new NeedsPassphrase('encrypted')
  return openSealed(text, passphrase)
}

/** @param {Extract<KeyJob, { kind: 'generate' }>} job @returns {import('./key-material.mjs').PrivateKey} */
function generate({ type, bits, comment }) {
  const curve = { 256: 'prime256v1', 384: 'secp384r1', 521: 'secp521r1' }[bits] ?? 'prime256v1'
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: 65_537 })
      : type === 'ecdsa'
        ? generateKeyPairSync('ec', { namedCurve: curve })
        : generateKeyPairSync('ed25519')
  return { numbers: fromKeyObject(privateKey), comment }
}

/** @param {import('./key-material.mjs').PrivateKey} key @param {Seal} seal */
function writePkcs8({ numbers }, { passphrase }) {
  const seal = passphrase === '' ? {} : { cipher: 'aes-256-cbc', passphrase }
  return toKeyObject(numbers)
    .export({ format: 'pem', type: 'pkcs8', ...seal })
    .toString()
}
