import { describe, expect, it } from 'vitest'

import { findMismatch, mismatchSentence, type MismatchContext } from './algorithm-mismatch.ts'
import { algorithmsFor } from './algorithms.ts'
import type { KexInit } from './server-hello.ts'

const both = (...names: string[]) => ({ toServer: names, toClient: names })
const modern: KexInit = {
  kex: ['mlkem768x25519-sha256', 'curve25519-sha256', 'ext-info-s', 'kex-strict-s-v00@openssh.com'],
  hostKey: ['rsa-sha2-512', 'ssh-ed25519'],
  cipher: both('chacha20-poly1305@openssh.com', 'aes128-ctr', 'aes256-gcm@openssh.com'),
  mac: both('umac-64-etm@openssh.com', 'hmac-sha2-256'),
  compression: both('none', 'zlib@openssh.com'),
}
const markers = ['ext-info-s', 'kex-strict-s-v00@openssh.com']

function sentence(
  theirs: Partial<KexInit>,
  { weak = false, ...context }: Partial<Pick<MismatchContext, 'saved' | 'wishes' | 'ident'>> & { weak?: boolean } = {},
): string {
  const wishes = { ciphers: null, macs: null, kex: null, hostKeys: null, ...context.wishes }
  const ours = algorithmsFor({ weak, knownTypes: [], wishes })
  const mismatch = findMismatch(ours, { ...modern, ...theirs })
  if (!mismatch) return 'fits'
  return mismatchSentence(mismatch, {
    where: 'gpu-box',
    ident: 'SSH-2.0-OpenSSH_9.9',
    weakAllowed: weak,
    saved: true,
    ...context,
    wishes,
  })
}

const wish = (wishes: Partial<MismatchContext['wishes']>) => ({
  saved: false,
  wishes: { ciphers: null, macs: null, kex: null, hostKeys: null, ...wishes },
})

describe('findMismatch', () => {
  it('agrees with an ordinary server', () => {
    expect(sentence({})).toBe('fits')
    expect(sentence({}, { weak: true })).toBe('fits')
  })

  it('needs no MAC in common if the cipher is an AEAD', () => {
    expect(sentence({ cipher: both('aes256-gcm@openssh.com'), mac: both('umac-64@openssh.com') })).toBe('fits')
    expect(sentence({ cipher: both('aes256-ctr'), mac: both('umac-64@openssh.com') })).toContain('no MAC in common')
  })
})

describe('mismatchSentence', () => {
  it.each<[string, Partial<KexInit>, string]>([
    [
      'post-quantum key exchange only',
      { kex: ['sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768x25519-sha256', ...markers] },
      'gpu-box and Hawser have no key exchange method in common. The server offers only sntrup761x25519-sha512, sntrup761x25519-sha512@openssh.com and mlkem768x25519-sha256, and Hawser does not support post-quantum key exchange yet. Add curve25519-sha256 to KexAlgorithms in the server’s sshd_config.',
    ],
    [
      'ChaCha20 only',
      { cipher: both('chacha20-poly1305@openssh.com') },
      'gpu-box and Hawser have no cipher in common. The server offers only chacha20-poly1305@openssh.com, which Hawser does not support. Add aes256-gcm@openssh.com to Ciphers in the server’s sshd_config.',
    ],
    [
      'host certificates only',
      { hostKey: ['ssh-ed25519-cert-v01@openssh.com'] },
      'gpu-box and Hawser have no host key type in common. The server offers only ssh-ed25519-cert-v01@openssh.com, and Hawser does not support host certificates yet. Add a host key of type ssh-ed25519 to the server (HostKey in its sshd_config).',
    ],
    [
      'a MAC for one direction',
      { cipher: both('aes256-ctr'), mac: { toServer: ['hmac-sha2-256'], toClient: ['umac-128@openssh.com'] } },
      'gpu-box and Hawser have no MAC in common for data from the server. The server offers only umac-128@openssh.com, which Hawser does not support. Add hmac-sha2-256 to MACs in the server’s sshd_config.',
    ],
    [
      'a cipher for the other direction',
      { cipher: { toServer: ['aegis-256'], toClient: ['aes256-ctr'] } },
      'gpu-box and Hawser have no cipher in common for data to the server. The server offers only aegis-256, which Hawser does not support. Add aes256-gcm@openssh.com to Ciphers in the server’s sshd_config.',
    ],
    [
      'outdated ciphers that Hawser has not even as weak ones',
      { cipher: both('arcfour', 'blowfish-cbc') },
      'gpu-box and Hawser have no cipher in common. The server offers only arcfour and blowfish-cbc, which are too weak for Hawser to support. Add aes256-gcm@openssh.com to Ciphers in the server’s sshd_config.',
    ],
    [
      'compression that is always on',
      { compression: both('zstd') },
      'gpu-box and Hawser have no compression method in common. The server offers only zstd, which Hawser does not support. Allow connections without compression on the server.',
    ],
    [
      'nothing at all',
      { kex: markers },
      'gpu-box and Hawser have no key exchange method in common. The server offers none. Add curve25519-sha256 to KexAlgorithms in the server’s sshd_config.',
    ],
  ])('says whose %s is, and never to allow weak algorithms', (_name, theirs, expected) => {
    expect(sentence(theirs)).toBe(expected)
    expect(sentence(theirs, { weak: true })).not.toMatch(/weak algorithms/)
  })

  it.each<[string, Partial<KexInit>]>([
    ['key exchange method', { kex: ['diffie-hellman-group14-sha1'] }],
    ['host key type', { hostKey: ['ssh-rsa'] }],
    ['cipher', { cipher: both('aes256-cbc', 'arcfour') }],
    ['MAC', { cipher: both('aes256-ctr'), mac: both('hmac-md5', 'hmac-sha1') }],
  ])('advises allowing weak algorithms if only a weak %s is in common', (kind, theirs) => {
    expect(sentence(theirs)).toMatch(
      new RegExp(`no ${kind} in common.* Update the server or, if you can’t, allow weak algorithms for this host\\.$`),
    )
    expect(sentence(theirs, { weak: true })).toBe('fits')
  })

  it('names the line to add for a host without a form', () => {
    expect(sentence({ kex: ['diffie-hellman-group14-sha1'] }, { saved: false })).toBe(
      'gpu-box and Hawser have no key exchange method in common. The server offers only diffie-hellman-group14-sha1, which is weak. Update the server or, if you can’t, add “KexAlgorithms +diffie-hellman-group14-sha1” for this host to your SSH config.',
    )
  })

  it('names the config line that excludes what the server has', () => {
    expect(sentence({ cipher: both('aes256-ctr', 'aes128-ctr') }, wish({ ciphers: 'aes256-gcm@openssh.com' }))).toBe(
      'gpu-box and Hawser have no cipher in common. The server offers only aes256-ctr and aes128-ctr, but the Ciphers line of your SSH config excludes them. Add aes256-ctr to that line.',
    )
  })

  it('says that CBC ciphers keep -etm MACs out', () => {
    const theirs = { cipher: both('aes256-ctr'), mac: both('hmac-sha2-512-etm@openssh.com') }
    expect(sentence(theirs, { weak: true })).toMatch(/with CBC ciphers\. Turn off weak algorithms/)
    expect(sentence(theirs, wish({ ciphers: '+aes256-cbc' }))).toMatch(/Remove the CBC ciphers from the Ciphers line/)
  })

  it('speaks of sshd_config only to OpenSSH', () => {
    const cipher = both('chacha20-poly1305@openssh.com')
    expect(sentence({ cipher }, { ident: 'SSH-2.0-tinyssh_noversion' })).toMatch(
      /Enable aes256-gcm@openssh.com on the server\.$/,
    )
  })

  it('cleans and caps what a hostile server offers', () => {
    const kex = Array.from({ length: 3000 }, (_none, index) => `\u001b[31m${index}${'x'.repeat(500)}`)
    const text = sentence({ kex })
    expect(text.length).toBeLessThan(2_000)
    expect(text).not.toContain('\u001b')
    expect(text).toContain('and 2976 more')
  })
})
