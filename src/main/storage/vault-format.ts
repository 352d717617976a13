import { createCipheriv, createDecipheriv, randomBytes, scrypt, type ScryptOptions } from 'node:crypto'

import { z } from 'zod'

/** Bytes encrypted with AES-256-GCM (NIST SP 800-38D): a fresh 96-bit nonce each time, with the tag, all in Base64. */
const sealed = z.strictObject({
  nonce: z.base64().max(24),
  tag: z.base64().max(32),
  data: z.base64().max(64 * 1024 * 1024),
})
export type Sealed = Readonly<z.infer<typeof sealed>>

// N = 2^17, r = 8: 128 MiB and about 0.3 s per guess (OWASP's recommendation for scrypt, RFC 7914).
const cost = { N: 2 ** 17, r: 8, p: 1 }

const protector = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('keychain') }),
  z.strictObject({
    by: z.literal('password'),
    salt: z.base64().max(64),
    N: z
      .int()
      .min(2 ** 17)
      .max(2 ** 20),
    r: z.int().min(8).max(16),
    p: z.int().min(1).max(4),
    key: sealed,
  }),
])
export type Protector = Readonly<z.infer<typeof protector>>

/**
 * The vault's file: the protector of its key, and the secrets encrypted with that key. `id` is the keychain account.
 */
export const vaultFile = z.strictObject({ id: z.uuid(), protector, secrets: sealed }).nullable()
export type VaultFile = z.infer<typeof vaultFile>

export type Secrets = ReadonlyMap<string, string>

const secretsShape = z.record(z.string(), z.string())

/** Generates a 32-byte vault key. */
export function newVaultKey(): Buffer {
  return randomBytes(32)
}

/**
 * Encrypts bytes with a 32-byte key; `context` is authenticated, so that parts of different files can't be exchanged.
 */
export function seal(key: Buffer, plain: Uint8Array, context: string): Sealed {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const data = Buffer.concat([cipher.update(plain), cipher.final()])
  return { nonce: nonce.toString('base64'), tag: cipher.getAuthTag().toString('base64'), data: data.toString('base64') }
}

/** Decrypts the result of `seal`; undefined if the key is wrong or the data was modified. */
export function unseal(key: Buffer, box: Sealed, context: string): Buffer | undefined {
  const [nonce, tag] = [Buffer.from(box.nonce, 'base64'), Buffer.from(box.tag, 'base64')]
  if (nonce.length !== 12 || tag.length !== 16) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(Buffer.from(box.data, 'base64')), decipher.final()])
  } catch {
    return undefined
  }
}

export function sealSecrets(key: Buffer, id: string, secrets: Secrets): Sealed {
  return seal(key, Buffer.from(JSON.stringify(Object.fromEntries(secrets))), `hawser-secrets:${id}`)
}

export function unsealSecrets(key: Buffer, id: string, box: Sealed): Secrets | undefined {
  const plain = unseal(key, box, `hawser-secrets:${id}`)
  if (plain === undefined) return undefined
  const checked = secretsShape.safeParse(JSON.parse(plain.toString('utf8')))
  return checked.success ? new Map(Object.entries(checked.data)) : undefined
}

/** Encrypts the vault key with a master password. */
export async function wrapKey(vaultKey: Buffer, password: string, id: string): Promise<Protector> {
  const salt = randomBytes(16)
  const wrapping = await derive(password, salt, cost)
  return { by: 'password', salt: salt.toString('base64'), ...cost, key: seal(wrapping, vaultKey, `hawser-key:${id}`) }
}

/** Decrypts the vault key; undefined if the password is wrong. */
export async function unwrapKey(
  from: Protector & { by: 'password' },
  password: string,
  id: string,
): Promise<Buffer | undefined> {
  const wrapping = await derive(password, Buffer.from(from.salt, 'base64'), from)
  return unseal(wrapping, from.key, `hawser-key:${id}`)
}

function derive(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  // scrypt needs 128 * N * r bytes; Node refuses without some reserve.
  const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r * 2 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
