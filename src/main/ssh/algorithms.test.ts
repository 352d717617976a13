import { getCiphers } from 'node:crypto'

import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'

import { algorithmsFor, weakAmong, weakWished } from './algorithms.ts'

type Lists = Record<'kex' | 'serverHostKey' | 'cipher' | 'hmac', readonly string[]>
const lists = (options: Parameters<typeof algorithmsFor>[0]) => algorithmsFor(options) as unknown as Lists

describe('algorithmsFor', () => {
  it('offers nothing vulnerable to Terrapin or based on SHA-1', () => {
    const { kex, serverHostKey, cipher, hmac } = lists({ weak: false, knownTypes: [] })
    expect(
      [...kex, ...serverHostKey, ...cipher, ...hmac].filter(name =>
        /chacha|cbc|sha1$|ssh-rsa|ssh-dss|group1-/.test(name),
      ),
    ).toEqual([])
    expect(cipher[0]).toBe('aes128-gcm@openssh.com')
  })

  it('offers weak algorithms only after all others, and only on request', () => {
    const { kex, serverHostKey, cipher } = lists({ weak: true, knownTypes: [] })
    expect(serverHostKey.slice(-2)).toEqual(['ssh-rsa', 'ssh-dss'])
    expect(cipher.indexOf('aes256-cbc')).toBeGreaterThan(cipher.indexOf('aes256-ctr'))
    expect(kex).toContain('diffie-hellman-group14-sha1')
  })

  it('never offers a CBC cipher beside an -etm MAC, whatever is asked for', () => {
    const specs = [null, '+aes256-cbc', 'aes256-cbc', '*', '+*cbc', 'aes128-ctr,3des-cbc']
    const macs = [null, '*', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', '^hmac-sha2-256-etm@openssh.com']
    let refused = 0
    for (const weak of [false, true])
      for (const ciphers of specs)
        for (const mac of macs) {
          try {
            const wishes = { ciphers, macs: mac, kex: null, hostKeys: null }
            const { cipher, hmac } = lists({ weak, knownTypes: [], wishes })
            const cbc = cipher.some(name => name.endsWith('-cbc'))
            expect(cbc && hmac.some(name => name.includes('-etm@'))).toBe(false)
            expect(hmac.length).toBeGreaterThan(0)
            if (ciphers === 'aes256-cbc') expect(cipher).toEqual(['aes256-cbc'])
          } catch (error) {
            if (!(error instanceof RangeError)) throw error
            refused++
          }
        }
    // Only CBC with only -etm, allowed or not.
    expect(refused).toBe(2)
    expect(lists({ weak: false, knownTypes: [] }).hmac).toContain('hmac-sha2-256-etm@openssh.com')
  })

  it('recognizes the weak ones of every list', () => {
    const { kex, serverHostKey, cipher, hmac } = lists({ weak: true, knownTypes: [] })
    for (const list of [kex, serverHostKey, cipher, hmac]) {
      const weak = weakAmong(list)
      expect(weak.length).toBeGreaterThan(0)
      expect(list.slice(-weak.length)).toEqual(weak)
      expect(weak.every(name => /cbc|sha1$|ssh-rsa|ssh-dss/.test(name))).toBe(true)
    }
    const strong = lists({ weak: false, knownTypes: [] })
    expect(weakAmong([...strong.kex, ...strong.serverHostKey, ...strong.cipher, ...strong.hmac])).toEqual([])
  })

  it('finds the weak ones that a config allows, in any of its five keywords', () => {
    const none = { ciphers: null, macs: null, kex: null, hostKeys: null, publicKeys: null }
    expect(weakWished(none)).toEqual([])
    expect(weakWished({ ...none, ciphers: '+aes256-cbc' })).toEqual(['aes256-cbc'])
    expect(weakWished({ ...none, macs: 'hmac-sha1,hmac-sha2-256' })).toEqual(['hmac-sha1'])
    expect(weakWished({ ...none, kex: '^diffie-hellman-group14-sha1' })).toEqual(['diffie-hellman-group14-sha1'])
    expect(weakWished({ ...none, hostKeys: '+ssh-rsa', publicKeys: '+ssh-rsa' })).toEqual(['ssh-rsa'])
    expect(weakWished({ ...none, publicKeys: '+ssh-*' })).toEqual(['ssh-rsa', 'ssh-dss'])
    expect(weakWished({ ...none, publicKeys: '-ssh-rsa' })).toEqual([])
    expect(weakWished({ ...none, ciphers: 'none-of-ours', publicKeys: 'ssh-rsa' })).toEqual(['ssh-rsa'])
  })

  it('prefers the types of known keys; a key stored as ssh-rsa may sign with SHA-2', () => {
    expect(lists({ weak: false, knownTypes: ['ecdsa-sha2-nistp256'] }).serverHostKey[0]).toBe('ecdsa-sha2-nistp256')
    expect(lists({ weak: false, knownTypes: ['ssh-rsa'] }).serverHostKey.slice(0, 2)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
    ])
    expect(lists({ weak: false, knownTypes: ['ssh-rsa'] }).serverHostKey).toHaveLength(6)
  })

  it('names only what ssh2 and this runtime support', () => {
    expect(getCiphers()).toContain('aes-128-gcm')
    // ssh2 throws on an unsupported name.
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
