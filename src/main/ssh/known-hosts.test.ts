import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import {
  appendKnownHost,
  hashName,
  judgeHostKey,
  knownHostsName,
  knownKeyTypes,
  parseKnownHosts,
  removeKnownHost,
} from './known-hosts.ts'
import { runs } from '../../testing/runs.ts'

const keys = Array.from({ length: 3 }, () => {
  const { public: line } = ssh2.utils.generateKeyPairSync('ed25519')
  return Buffer.from(line.split(' ')[1] as string, 'base64')
})
const [keyA, keyB, keyC] = keys as [Buffer, Buffer, Buffer]
const entry = (hosts: string, key: Buffer, marker = '') => `${marker}${hosts} ssh-ed25519 ${key.toString('base64')}`
const judge = (text: string, name: string, key: Buffer) => judgeHostKey(parseKnownHosts(text), name, key).kind

describe('known_hosts', () => {
  it('finds a key stored under its name, port and patterns', () => {
    expect(judge(entry('web,10.0.0.1', keyA), '10.0.0.1', keyA)).toBe('known')
    expect(judge(entry('[web]:2222', keyA), knownHostsName('WEB', 2222), keyA)).toBe('known')
    expect(judge(entry('[web]:2222', keyA), 'web', keyA)).toBe('new')
    expect(judge(entry('*.lab,!bad.lab', keyA), 'gpu.lab', keyA)).toBe('known')
    expect(judge(entry('*.lab,!bad.lab', keyA), 'bad.lab', keyA)).toBe('new')
    expect(judge(entry(hashName('web'), keyA), 'web', keyA)).toBe('known')
  })

  it('reports another key of a known host as changed, and lists the lines', () => {
    const verdict = judgeHostKey(parseKnownHosts(`# note\n${entry('web', keyA)}\n`), 'web', keyB)
    expect(verdict).toMatchObject({ kind: 'changed', lines: [{ number: 2 }] })
  })

  it('refuses a revoked key even if it is also stored as trusted', () => {
    expect(judge(`${entry('web', keyA)}\n${entry('*', keyA, '@revoked ')}`, 'web', keyA)).toBe('revoked')
  })

  it('never trusts a plain key because of a certificate authority', () => {
    expect(judge(entry('web', keyA, '@cert-authority '), 'web', keyA)).toBe('new')
  })

  it('skips comments, blank lines, unknown markers and lines whose blob says another type', () => {
    const text = `\n# c\n@later web ssh-ed25519 AAAA\nweb ssh-rsa ${keyA.toString('base64')}\nweb ssh-ed25519 ###\n`
    expect(parseKnownHosts(text)).toEqual([])
  })

  it('prefers the types of known keys', () => {
    expect(knownKeyTypes(parseKnownHosts(entry('web', keyA)), 'web')).toEqual(['ssh-ed25519'])
  })

  it('adds after a missing final newline, in the line endings of the file', () => {
    expect(appendKnownHost('x ssh-rsa AAAA', { name: 'web', type: 'ssh-ed25519', key: keyA })).toBe(
      `x ssh-rsa AAAA\n${entry('web', keyA)}\n`,
    )
    expect(appendKnownHost('# a\r\n', { name: 'web', type: 'ssh-ed25519', key: keyA })).toBe(
      `# a\r\n${entry('web', keyA)}\r\n`,
    )
  })

  it('preserves every other byte when it removes a host', () => {
    const text = `# keep \t\r\n${entry('web', keyA)}\n\n${entry('web,db', keyB)} comment\n${entry('*.lab', keyC)}\n@revoked web ssh-ed25519 ${keyA.toString('base64')}`
    expect(removeKnownHost(text, 'web')).toBe(text.replace(`${entry('web', keyA)}\n`, '').replace('web,db', 'db'))
  })

  it('finds and removes what ssh-keygen finds and removes', () => {
    const file = join(tempDir(), 'known_hosts')
    const name = fc.constantFrom('web', 'db.lab', '10.0.0.1', '[web]:2222', '[db.lab]:22022')
    const line = fc.record({
      names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      key: fc.constantFrom(...keys),
      hash: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), name, (lines, wanted) => {
        const text = lines
          .map(({ names, key, hash }) => `${entry(hash ? hashName(names[0] as string) : names.join(','), key)}\n`)
          .join('')
        writeFileSync(file, text)
        const theirs = spawnSync('ssh-keygen', ['-F', wanted, '-f', file], { encoding: 'utf8' })
          .stdout.split('\n')
          .filter(each => /^# Host/.test(each))
          .map(each => Number(/line (\d+)/.exec(each)?.[1]))
        const ours = parseKnownHosts(text)
          .filter(each => judgeHostKey([each], wanted, each.key).kind === 'known')
          .map(each => each.number)
        expect(ours).toEqual(theirs)
        execFileSync('ssh-keygen', ['-R', wanted, '-f', file], { stdio: 'ignore' })
        const left = (content: string) =>
          parseKnownHosts(content).filter(each => judgeHostKey([each], wanted, each.key).kind === 'known').length
        expect(left(removeKnownHost(text, wanted))).toBe(0)
        expect(left(readFileSync(file, 'utf8'))).toBe(0)
      }),
      { numRuns: runs(60) },
    )
  })

  it('reads a file hashed by ssh-keygen', () => {
    const file = join(tempDir(), 'known_hosts')
    writeFileSync(file, `${entry('web', keyA)}\n`)
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
    expect(judge(readFileSync(file, 'utf8'), 'web', keyA)).toBe('known')
  })

  it('reads any bytes without failing, and keeps them when it removes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
        judgeHostKey(parseKnownHosts(text), 'web', keyA)
        expect(removeKnownHost(text, 'web.example')).toBe(text)
      }),
      { numRuns: runs(2000) },
    )
  })
})
