import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { buildProgram } from './config-program.ts'
import { expandCommand } from './resolved.ts'
import { resolveHost } from './resolve.ts'
import { supportedKeywords } from './keywords.ts'
import type { LocalFacts } from './tokens.ts'

const facts: LocalFacts = { user: 'me', uid: 1, home: '/home/me', hostName: 'pc', sshFolder: '/home/me/.ssh', env: {} }
const resolve = (text: string, name: string, given = {}) =>
  resolveHost(buildProgram([{ path: 'c', text, system: false, includes: new Map() }], facts.env), {
    name,
    given,
    facts,
    answers: { exec: () => undefined, resolves: () => undefined },
  })

describe('the settings of a name', () => {
  it('are a result with its problems for any text', () => {
    const keyword = fc.constantFrom(
      ...supportedKeywords.keys(),
      'Host',
      'Match',
      'Include',
      'GSSAPIAuthentication',
      'Prt',
    )
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('%h%', '${X', '"', 'none', '*', '!', '99999', '-1', ','),
    )
    const line = fc.tuple(keyword, fc.constantFrom(' ', '=', '', '"'), value).map(parts => parts.join(''))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(line, fc.string({ unit: 'binary' })), { maxLength: 20 }),
        fc.string({ unit: 'binary' }),
        (lines, name) => {
          const host = resolve(lines.join('\n'), name)
          for (const note of [...host.problems, ...host.ignoredOptions]) expect(note.line).toBeGreaterThan(0)
          expect(host.port).toBeGreaterThan(0)
        },
      ),
      { numRuns: runs(3000) },
    )
  })

  it('let a command line take precedence over every line of the file, also for Match', () => {
    const text =
      'Match user root\n  ProxyJump gate\nMatch exec "t %r %p"\n  Port 9\nHost *\n  User me\n  IdentityFile /k/%r\n'
    expect(resolve(text, 'prod', { user: 'root', port: 99 })).toMatchObject({
      user: 'root',
      port: 99,
      proxyJump: 'gate',
      identityFiles: ['/k/root'],
      pending: [{ command: 't root 99' }],
    })
    expect(resolve(text, 'prod')).toMatchObject({ user: 'me', proxyJump: '' })
  })

  it('never ignore a restriction: a misspelled name, a list of revoked keys, a broken line', () => {
    expect(resolve('StrictHostKeyCheking yes\n', 'a').problems[0]?.text).toContain(
      'perhaps StrictHostKeyChecking is meant',
    )
    expect(resolve('RevokedHostKeys /etc/revoked\n', 'a').problems).toHaveLength(1)
    expect(resolve('IgnoreUnknown Strict*\nStrictHostKeyCheking yes\n', 'a').problems).toEqual([])
    expect(
      buildProgram([{ path: 'c', text: 'Host "prod\n  Port 2\n', system: false, includes: new Map() }], facts.env)
        .notes,
    ).toHaveLength(1)
    expect(resolve('IdentityFile none\nIdentitiesOnly yes\n', 'a')).toMatchObject({
      noIdentities: true,
      identityFiles: [],
    })
    expect(resolve('NewerThanUs yes\n', 'a').problems).toMatchObject([{ line: 1 }])
  })

  it('expand the user’s files of known hosts and none of the global ones, as ssh does', () => {
    const text = 'GlobalKnownHostsFile ~/g %h\nUserKnownHostsFile ~/u %h\n'
    expect(resolve(text, 'a')).toMatchObject({
      globalKnownHostsFiles: ['~/g', '%h'],
      userKnownHostsFiles: ['/home/me/u', 'a'],
    })
  })

  it('never bypass a jump host when ssh would use one called none', () => {
    expect(resolve('ProxyJump none\n', 'a')).toMatchObject({ proxyJump: '', problems: [] })
    expect(resolve('ProxyJump none \r\n', 'a')).toMatchObject({ proxyJump: '', problems: [] })
    for (const line of ['none # no jump', 'none\rHost *', 'NONE gate'])
      expect(resolve(`ProxyJump ${line}\n`, 'a').problems[0]?.text).toContain('must be alone on its line')
  })

  it('report unsupported keywords, with their lines', () => {
    const text =
      'ExitOnForwardFailure yes\nSessionType none\nRemoteForward 9000\nCertificateFile /c\nForwardX11 yes\nForwardX11 no\n'
    expect(
      resolve(text, 'a')
        .ignoredOptions.map(({ line }) => line)
        .sort(),
    ).toEqual([1, 2, 3, 4, 5])
    expect(resolve('GSSAPIAuthentication no\nControlMaster auto\n', 'a').ignoredOptions).toEqual([])
    expect(resolve('RequiredRSASize 4096\nMatch version OpenSSH_10*\n  Port 3\n', 'a').ignoredOptions).toHaveLength(2)
  })

  it.each(['ProxyCommand', 'Match exec', 'RemoteCommand'])(
    'puts no name into %s that a shell would read as more',
    where => {
      const lines: Readonly<Record<string, string>> = {
        ProxyCommand: 'ProxyCommand nc %h %p %r %n %%\n',
        'Match exec': 'Match exec "test %h %p %r %n %k %%"\n  Compression yes\n',
        RemoteCommand: 'RemoteCommand echo %h %p %r %n %k %%\n',
      }
      // The command to ask about or run, or why there is none.
      const outcome = (name: string, user?: string) => {
        const host = resolve(lines[where] as string, name, user === undefined ? {} : { user })
        if (host.problems[0]) return host.problems[0].text
        const [pending] = host.pending
        if (pending?.kind === 'exec') return pending.command
        try {
          return host.remoteCommand ?? expandCommand(host, host.proxyCommand as string)
        } catch (error) {
          return (error as Error).message
        }
      }
      expect(outcome('ok-1.example')).toMatch(/ ok-1.example 22 me ok-1.example( ok-1.example)? %$/)
      expect(outcome('fe80::1%eth0', 'CORP\\ada.l@x')).toMatch(/fe80::1%eth0 22 CORP\\ada.l@x /)
      const odd = [
        'a;b',
        '$(x)',
        '`x`',
        'a|b',
        'a&b',
        "a'b",
        'a"b',
        'a\nb',
        'a<b',
        'a>b',
        'a{b',
        '$HOME',
        'a*',
        '-x',
        'a\\',
        'a\u202eb',
        'a\u200bb',
      ]
      for (const name of odd) {
        expect(outcome(name)).toMatch(/shell metacharacters/)
        expect(outcome('ok', name)).toMatch(/shell metacharacters/)
        expect(outcome(name)).not.toContain('\u202e')
      }
    },
  )
})
