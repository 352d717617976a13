import { execFileSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { parsePrivateKey } from '../ssh/private-key.ts'
import { WrongPassphrase } from './key-job.ts'

const worker = new URL('./key-worker.mjs', import.meta.url)
const passphrase = 'pass ü 中'
const openssl = (input: string, ...args: string[]) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
const out = ['-passout', `pass:${passphrase}`]
const legacy = ['-provider', 'legacy', '-provider', 'default']
const prfs = ['hmacWithSHA1', 'hmacWithSHA224', 'hmacWithSHA256', 'hmacWithSHA384', 'hmacWithSHA512']
const sealings = [
  ...prfs.map(prf => ['-v2', 'aes-256-cbc', '-v2prf', prf]),
  ...['aes-128-cbc', 'aes-192-cbc', 'des3'].map(cipher => ['-v2', cipher]),
  ['-v2', 'des-cbc', ...legacy],
  ['-scrypt'],
  ['-scrypt', '-scrypt_N', '1024', '-scrypt_r', '4', '-scrypt_p', '2'],
  ['-v2', 'aes-256-cbc', '-iter', '1'],
  ['-v1', 'PBE-MD5-DES', ...legacy],
  ['-v1', 'PBE-SHA1-DES', ...legacy],
  ['-v1', 'PBE-SHA1-3DES', ...legacy],
  ['-v1', 'PBE-SHA1-2DES', ...legacy],
]
const ed25519 = openssl('', 'genpkey', '-algorithm', 'ed25519')
const ec = openssl('', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
const rsa = openssl('', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
const read = (text: string, phrase = passphrase) => parsePrivateKey({ text, passphrase: phrase, name: 'k', worker })

async function isRead(sealed: string, plain: string) {
  const signer = await read(sealed)
  const jwk = createPublicKey(plain).export({ format: 'jwk' })
  expect(signer.blob.includes(Buffer.from((jwk.x ?? jwk.n) as string, 'base64url'))).toBe(true)
  await expect(read(sealed, 'another')).rejects.toBeInstanceOf(WrongPassphrase)
}

describe('a key that openssl has encrypted', () => {
  it.each(sealings)('is read as PKCS#8 with %s %s %s %s', async (...args: string[]) => {
    for (const plain of [ed25519, rsa]) await isRead(openssl(plain, 'pkcs8', '-topk8', ...args, ...out), plain)
  })

  it.each(['aes128', 'aes192', 'aes256', 'des3'])('is read as traditional PEM with %s', async cipher => {
    await isRead(openssl(rsa, 'rsa', '-traditional', `-${cipher}`, ...out), rsa)
    await isRead(openssl(ec, 'ec', `-${cipher}`, ...out), ec)
  })

  it('is read as traditional PEM with one DES', async () => {
    await isRead(openssl(rsa, 'rsa', '-traditional', '-des', ...legacy, ...out), rsa)
  })

  it('is refused with a correct sentence if its cipher is unknown, whatever the passphrase', async () => {
    for (const args of [
      ['-v1', 'PBE-SHA1-RC4-128', ...legacy],
      ['-v1', 'PBE-SHA1-RC2-40', ...legacy],
    ])
      await expect(read(openssl(rsa, 'pkcs8', '-topk8', ...args, ...out))).rejects.toThrow('RC2 or RC4')
    for (const cipher of ['camellia256', 'aria-256-cbc'])
      await expect(read(openssl(rsa, 'pkcs8', '-topk8', '-v2', cipher, ...out))).rejects.toThrow('its cipher')
  })

  it('with a correct passphrase and a kind of key that SSH doesn’t support is not reported as a wrong passphrase', async () => {
    const ed448 = openssl('', 'genpkey', '-algorithm', 'ed448')
    const error = await read(openssl(ed448, 'pkcs8', '-topk8', ...out)).catch((thrown: unknown) => thrown)
    expect(error).not.toBeInstanceOf(WrongPassphrase)
    expect(error).toMatchObject({ code: 'key-unusable' })
  })
})
