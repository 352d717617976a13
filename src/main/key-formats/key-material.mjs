// A decrypted private key: its numbers, and their encodings for crypto and SSH.
import { createPrivateKey } from 'node:crypto'

import { der, derInteger, fromBigInt, mpint, sshString, toBigInt, trimmed } from './key-bytes.mjs'

/**
 * @typedef {{ kind: 'ed25519', publicKey: Buffer, seed: Buffer }
 *   | { kind: 'ecdsa', curve: string, point: Buffer, scalar: Buffer }
 *   | { kind: 'rsa', n: Buffer, e: Buffer, d: Buffer, p: Buffer, q: Buffer, iqmp: Buffer }} KeyNumbers
 * @typedef {{ numbers: KeyNumbers, comment: string }} PrivateKey
 */

/** Each curve with its SSH name, JWK name, OID and coordinate size in bytes. */
const curves = {
  nistp256: { jwk: 'P-256', oid: '2a8648ce3d030107', size: 32 },
  nistp384: { jwk: 'P-384', oid: '2b81040022', size: 48 },
  nistp521: { jwk: 'P-521', oid: '2b81040023', size: 66 },
}

/** Thrown if the passphrase is missing or wrong. */
export class NeedsPassphrase extends Error {}

/** @param {KeyNumbers} key */
export function typeOf(key) {
  if (key.kind === 'ed25519') return 'ssh-ed25519'
  return key.kind === 'rsa' ? 'ssh-rsa' : `ecdsa-sha2-${key.curve}`
}

/** The public key blob (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4). @param {KeyNumbers} key */
export function publicBlob(key) {
  const type = sshString(typeOf(key))
  if (key.kind === 'ed25519') return Buffer.concat([type, sshString(key.publicKey)])
  if (key.kind === 'rsa') return Buffer.concat([type, mpint(key.e), mpint(key.n)])
  return Buffer.concat([type, sshString(key.curve), sshString(key.point)])
}

/**
 * Encodes the private fields as in OpenSSH's key file and agent protocol, without type and comment. @param {KeyNumbers}
 * key
 */
export function privateFields(key) {
  if (key.kind === 'ed25519')
    return Buffer.concat([sshString(key.publicKey), sshString(Buffer.concat([key.seed, key.publicKey]))])
  if (key.kind === 'rsa') return Buffer.concat([key.n, key.e, key.d, key.iqmp, key.p, key.q].map(mpint))
  return Buffer.concat([sshString(key.curve), sshString(key.point), mpint(key.scalar)])
}

/**
 * Reads the output of `privateFields`. @param {string} type @param {import('./key-bytes.mjs').ByteReader} from @returns
 * {KeyNumbers}
 */
export function readPrivateFields(type, from) {
  if (type === 'ssh-ed25519') {
    const publicKey = Buffer.from(from.string())
    return { kind: 'ed25519', publicKey, seed: Buffer.from(from.string().subarray(0, 32)) }
  }
  if (type === 'ssh-rsa') {
    const [n, e, d, iqmp, p, q] = Array.from({ length: 6 }, () => Buffer.from(trimmed(from.string())))
    return /** @type {KeyNumbers} */ ({ kind: 'rsa', n, e, d, p, q, iqmp })
  }
  if (/^ecdsa-sha2-nistp(256|384|521)$/.test(type)) {
    const [curve, point, scalar] = [from.text(), Buffer.from(from.string()), Buffer.from(trimmed(from.string()))]
    return { kind: 'ecdsa', curve, point, scalar }
  }
  throw new RangeError(`keys of type ${type} are not supported`)
}

/** Converts to a key object of node:crypto through PKCS#8, SEC 1 or PKCS#1. @param {KeyNumbers} key */
export function toKeyObject(key) {
  if (key.kind === 'ed25519') {
    const data = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), key.seed])
    return createPrivateKey({ key: data, format: 'der', type: 'pkcs8' })
  }
  if (key.kind === 'rsa') {
    const [d, p, q] = [toBigInt(key.d), toBigInt(key.p), toBigInt(key.q)]
    const [dp, dq] = [fromBigInt(d % (p - 1n)), fromBigInt(d % (q - 1n))]
    const whole = [Buffer.from([0]), key.n, key.e, key.d, key.p, key.q, dp, dq, key.iqmp]
    return createPrivateKey({ key: der(0x30, ...whole.map(derInteger)), format: 'der', type: 'pkcs1' })
  }
  const { oid, size } = curveOf(key.curve)
  const scalar = Buffer.concat([Buffer.alloc(Math.max(0, size - key.scalar.length)), key.scalar])
  const data = der(
    0x30,
    derInteger(Buffer.from([1])),
    der(0x04, scalar),
    der(0xa0, der(0x06, Buffer.from(oid, 'hex'))),
    der(0xa1, der(0x03, Buffer.from([0]), key.point)),
  )
  return createPrivateKey({ key: data, format: 'der', type: 'sec1' })
}

/** @param {import('node:crypto').KeyObject} object @returns {KeyNumbers} */
export function fromKeyObject(object) {
  const jwk = /** @type {Record<string, string>} */ (object.export({ format: 'jwk' }))
  const part = (/** @type {string} */ name) => Buffer.from(jwk[name] ?? '', 'base64url')
  if (jwk['kty'] === 'RSA')
    return { kind: 'rsa', n: part('n'), e: part('e'), d: part('d'), p: part('p'), q: part('q'), iqmp: part('qi') }
  if (jwk['kty'] === 'OKP' && jwk['crv'] === 'Ed25519')
    return { kind: 'ed25519', publicKey: part('x'), seed: part('d') }
  const found = Object.entries(curves).find(([, { jwk: name }]) => name === jwk['crv'])
  if (!found) throw new RangeError('SSH doesn’t support its curve')
  return {
    kind: 'ecdsa',
    curve: found[0],
    point: Buffer.concat([Buffer.from([4]), part('x'), part('y')]),
    scalar: part('d'),
  }
}

/** @param {string} curve */
function curveOf(curve) {
  const found = curves[/** @type {keyof typeof curves} */ (curve)]
  if (!found) throw new RangeError('SSH doesn’t support its curve')
  return found
}
