import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { runs } from '../../testing/runs.ts'
import { outlineKey, parsePrivateKey, WrongPassphrase } from './key-parser.ts'

const worker = new URL('./key-worker.mjs', import.meta.url)

function makeKey(passphrase: string, ...more: string[]): string {
  const path = join(tempDir(), 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path, ...more])
  return readFileSync(path, 'utf8')
}

describe('private keys', () => {
  it('show their type and public key without the passphrase', () => {
    expect(outlineKey(makeKey('secret'), 'id')).toMatchObject({ encrypted: true, type: 'ssh-ed25519' })
    expect(outlineKey(makeKey(''), 'id')).toMatchObject({ encrypted: false })
  })

  it('open with their passphrase and report a wrong one', async () => {
    const text = makeKey('secret')
    await expect(parsePrivateKey({ text, passphrase: 'wrong', name: 'id', worker })).rejects.toBeInstanceOf(
      WrongPassphrase,
    )
    const signer = await parsePrivateKey({ text, passphrase: 'secret', name: 'id', worker })
    expect(await signer.sign(Buffer.from('x'), undefined)).toHaveLength(64)
  })

  it('keep the main thread free while working', async () => {
    const text = makeKey('secret', '-a', '64')
    let turns = 0
    const ticker = setInterval(() => turns++, 10)
    await parsePrivateKey({ text, passphrase: 'secret', name: 'id', worker })
    clearInterval(ticker)
    expect(turns).toBeGreaterThan(10)
  })

  it('refuse a forged key with two billion rounds, at once', async () => {
    const text = makeKey('secret')
    const body = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
    // string cipher, string kdf, string options {string salt, uint32 rounds}
    const at = body.indexOf('bcrypt') + 'bcrypt'.length + 4
    body.writeUInt32BE(0x7fffffff, at + 4 + body.readUInt32BE(at))
    const forged = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
    await expect(parsePrivateKey({ text: forged, passphrase: 'secret', name: 'id', worker })).rejects.toMatchObject({
      code: 'key-unusable',
    })
  })

  it('return a sentence for any text and any damage', () => {
    const good = makeKey('secret')
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.string({ maxLength: 5 }))
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length))
    fc.assert(
      fc.property(fc.oneof(fc.string(), damaged), text => {
        try {
          outlineKey(text, 'id')
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
      { numRuns: runs(3000) },
    )
  })
})
