import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { parseJumps } from './jumps.ts'
import { parseSshCommand } from './ssh-command.ts'
import { readSshUrl, shownSshUrl } from './ssh-url.ts'

const read = (text: string) => {
  const result = readSshUrl(text)
  if (!result.ok) return result.message
  const { opens, destination, path } = result.url
  return [opens, destination.user, destination.address, destination.port, path]
}

describe('a URL', () => {
  it.each([
    ['ssh://gpu', 'terminal', null, 'gpu', null, null],
    ['SSH://me@gpu:2222/', 'terminal', 'me', 'gpu', 2222, null],
    ['ssh://me@gpu:2222/home/me', 'terminal', 'me', 'gpu', 2222, '/home/me'],
    ['ssh://user%40corp.example@gpu', 'terminal', 'user@corp.example', 'gpu', null, null],
    ['ssh://user@corp.example@gpu', 'terminal', 'user@corp.example', 'gpu', null, null],
    ['ssh://me@host%2eexample.org', 'terminal', 'me', 'host.example.org', null, null],
    ['ssh://me@[2001:db8::1]:22', 'terminal', 'me', '2001:db8::1', 22, null],
    ['ssh://[fe80::1%25eth0]', 'terminal', null, 'fe80::1%eth0', null, null],
    ['ssh://[fe80::1%eth0]', 'terminal', null, 'fe80::1%eth0', null, null],
    ['ssh://me@gpu:/', 'terminal', 'me', 'gpu', null, null],
    ['ssh://me;fingerprint=SHA256-x@gpu', 'terminal', 'me', 'gpu', null, null],
    ['ssh://me:pw%20x@gpu', 'terminal', 'me', 'gpu', null, null],
    ['ssh://:pw@gpu', 'terminal', null, 'gpu', null, null],
    ['sftp://me@gpu/home/me', 'files', 'me', 'gpu', null, '/home/me'],
    ['sftp://me@gpu//etc/ssh', 'files', 'me', 'gpu', null, '/etc/ssh'],
    ['sftp://me@gpu/~/runs', 'files', 'me', 'gpu', null, '~/runs'],
    ['sftp://me@gpu/%7E', 'files', 'me', 'gpu', null, '~'],
    ['sftp://me@gpu/a%20b/%e4%b8%ad;type=d', 'files', 'me', 'gpu', null, '/a b/中'],
    ['sftp://me@gpu', 'files', 'me', 'gpu', null, null],
    ['scp://me@gpu:22/x', 'files', 'me', 'gpu', 22, '/x'],
  ])('reads %s', (text, ...expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    ['ssh://', 'has no host'],
    ['sftp:///etc', 'has no host. Use sftp://user@host'],
    ['ssh://me@', 'has no host'],
    ['ssh://me@gpu:0', 'The port must be a number from 1 to 65535.'],
    ['ssh://me@gpu:65536', 'The port must be a number from 1 to 65535.'],
    ['ssh://me@gpu:22x/', 'The port must be a number from 1 to 65535.'],
    ['ssh://me@2001:db8::1', 'in brackets'],
    ['ssh://me@[::1', 'in brackets'],
    ['ssh://100%@gpu', 'Write a literal % as %25.'],
    ['sftp://gpu/%ff', 'Write a literal % as %25.'],
    ['sftp://gpu/%00', 'path in this URL is not valid'],
    ['http://gpu', 'is not an ssh:// or sftp:// URL'],
  ])('reports what is wrong with %s', (text, message) => {
    expect(read(text)).toContain(message)
  })

  it('never reports or shows the password in it', () => {
    for (const text of [
      'ssh://me:s3cret@gpu:x',
      'ssh://me:s3cret%zz@gpu%zz',
      'ssh://me:s3cret@',
      'sftp://me:s3cret/@gpu',
    ])
      expect(JSON.stringify(readSshUrl(text))).not.toContain('s3cret')
    expect(shownSshUrl('ssh://me:s3cret@gpu:22/x@y')).toBe('ssh://me@gpu:22/x@y')
    expect(shownSshUrl('ssh://:s3cret@gpu')).toBe('ssh://gpu')
    expect(shownSshUrl('ssh://me:s3@cret@gpu')).toBe('ssh://me@gpu')
  })

  it('returns every user, host and path that was written into one', () => {
    const part = fc.string({ minLength: 1, unit: 'binary' }).filter(text => !/[\0\p{Cs}]/u.test(text))
    fc.assert(
      fc.property(fc.tuple(part, part, part, fc.integer({ min: 1, max: 65_535 })), ([user, host, name, port]) => {
        const encode = encodeURIComponent
        const text = `sftp://${encode(user)}:${encode(host)}@${encode(host)}:${port}/d/${encode(name)}`
        expect(read(text)).toEqual(['files', user, host, port, `/d/${name}`])
        expect(shownSshUrl(text)).toBe(`sftp://${encode(user)}@${encode(host)}:${port}/d/${encode(name)}`)
      }),
      { numRuns: runs(2000) },
    )
  })

  it('is a host of an ssh command and a jump host too', () => {
    expect(parseSshCommand('ssh ssh://user%40corp.example@host:2222/')).toMatchObject({
      command: { destination: { user: 'user@corp.example', address: 'host', port: 2222 }, path: null, left: [] },
    })
    expect(parseSshCommand('ssh ssh://user@host:2222/path')).toMatchObject({
      command: { destination: { user: 'user', address: 'host', port: 2222 }, opens: 'terminal', left: ['/path'] },
    })
    expect(parseSshCommand('ssh -p 22 sftp://user@host:2222/path')).toMatchObject({
      command: { destination: { user: 'user', port: 22 }, opens: 'files', path: '/path' },
    })
    expect(parseJumps('ssh://a%40b@one:22/,two:2200,ssh://[::1]:22')).toEqual([
      { user: 'a@b', address: 'one', port: 22 },
      { user: null, address: 'two', port: 2200 },
      { user: null, address: '::1', port: 22 },
    ])
    for (const text of ['sftp://a', 'ssh://a:0', 'ssh://', 'ssh://%zz@a']) expect(parseJumps(text)).toBeUndefined()
  })
})
