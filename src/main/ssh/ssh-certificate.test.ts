import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { parseIdentities } from './agent-identities.ts'
import { isCertificate, isSecurityKey, publicKeyType, readCertificate } from './ssh-certificate.ts'

function sign(options: readonly string[], type = 'ed25519'): string {
  const folder = tempDir()
  const at = (name: string) => join(folder, name)
  for (const [name, kind] of [
    ['ca', 'ed25519'],
    ['id', type],
  ] as const)
    execFileSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-f', at(name)])
  execFileSync('ssh-keygen', ['-q', '-s', at('ca'), '-I', 'me', '-n', 'ada,grace', ...options, at('id.pub')])
  return readFileSync(at('id-cert.pub'), 'utf8')
}

describe.skipIf(lacks('ssh-keygen'))('readCertificate', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'])('reads when a certificate of %s ends to hold', type => {
    const text = sign(['-V', '20200101000000Z:20210304050607Z'], type)
    expect(readCertificate(text)).toEqual({
      type: `${publicKeyType(text)}`,
      expiresAt: new Date('2021-03-04T05:06:07Z'),
    })
    expect(isCertificate(publicKeyType(text))).toBe(true)
  })

  it('reads one that is valid forever', () => {
    expect(readCertificate(sign([]))?.expiresAt).toBeNull()
  })

  it('doesn’t accept a truncated certificate, and handles anything else', () => {
    const [type = '', encoded = ''] = sign([]).split(' ')
    const blob = Buffer.from(encoded, 'base64')
    fc.assert(
      fc.property(fc.nat(blob.length - 1), fc.uint8Array({ maxLength: 200 }), (length, noise) => {
        const cut = readCertificate(`${type} ${blob.subarray(0, length).toString('base64')}`)
        if (length < 150) expect(cut).toBeNull()
        readCertificate(`${type} ${Buffer.from(noise).toString('base64')}`)
        readCertificate(Buffer.from(noise).toString('latin1'))
        parseIdentities(Buffer.from(noise))
        parseIdentities(Buffer.from([12, 0, 0, 0, 3, ...noise]))
      }),
    )
  })
})

describe('the type of a public key', () => {
  it('distinguishes certificates and security keys from the rest', () => {
    expect(publicKeyType('ssh-ed25519 AAAA me')).toBe('ssh-ed25519')
    expect(publicKeyType('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA')).toBe('')
    expect(isSecurityKey('sk-ssh-ed25519@openssh.com')).toBe(true)
    expect(isSecurityKey('sk-ecdsa-sha2-nistp256-cert-v01@openssh.com')).toBe(true)
    expect(isSecurityKey('ssh-ed25519')).toBe(false)
    expect(isCertificate('ssh-rsa-cert-v01@openssh.com')).toBe(true)
    expect(isCertificate('ssh-rsa')).toBe(false)
  })
})
