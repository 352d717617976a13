import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { WrongPassphrase } from '../key-formats/key-job.ts'
import { parsePrivateKey } from './private-key.ts'

const worker = new URL('../key-formats/key-worker.mjs', import.meta.url)

function makeKey(passphrase: string, ...more: string[]): string {
  const path = join(tempDir(), 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path, ...more])
  return readFileSync(path, 'utf8')
}

describe('a private key', () => {
  it('opens with its passphrase and tells a wrong one', async () => {
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
})
