import { getCiphers } from 'node:crypto'

import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'

import { algorithmsFor } from './algorithms.ts'

type Lists = Record<'kex' | 'serverHostKey' | 'cipher' | 'hmac', readonly string[]>
const lists = (options: Parameters<typeof algorithmsFor>[0]) => algorithmsFor(options) as unknown as Lists

describe('algorithmsFor', () => {
  it('offers nothing that Terrapin or SHA-1 could bite on', () => {
    const { kex, serverHostKey, cipher, hmac } = lists({ weak: false, knownTypes: [] })
    expect(
      [...kex, ...serverHostKey, ...cipher, ...hmac].filter(name =>
        /chacha|cbc|sha1$|ssh-rsa|ssh-dss|group1-/.test(name),
      ),
    ).toEqual([])
    expect(cipher[0]).toBe('aes128-gcm@openssh.com')
  })

  it('offers old ones only after all the others, and only when asked', () => {
    const { kex, serverHostKey, cipher } = lists({ weak: true, knownTypes: [] })
    expect(serverHostKey.slice(-2)).toEqual(['ssh-rsa', 'ssh-dss'])
    expect(cipher.indexOf('aes256-cbc')).toBeGreaterThan(cipher.indexOf('aes256-ctr'))
    expect(kex).toContain('diffie-hellman-group14-sha1')
  })

  it('asks for the types on file first; a key filed as ssh-rsa may sign with SHA-2', () => {
    expect(lists({ weak: false, knownTypes: ['ecdsa-sha2-nistp256'] }).serverHostKey[0]).toBe('ecdsa-sha2-nistp256')
    expect(lists({ weak: false, knownTypes: ['ssh-rsa'] }).serverHostKey.slice(0, 2)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
    ])
    expect(lists({ weak: false, knownTypes: ['ssh-rsa'] }).serverHostKey).toHaveLength(6)
  })

  it('names only what ssh2 and this runtime have', () => {
    expect(getCiphers()).toContain('aes-128-gcm')
    // ssh2 throws on a name that it can't use.
    const client = new ssh2.Client()
    client.on('error', () => {})
    client.connect({
      host: '127.0.0.1',
      port: 1,
      username: 'x',
      algorithms: algorithmsFor({ weak: true, knownTypes: [] }),
    })
    client.destroy()
  })
})
