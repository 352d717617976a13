import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { target } from '../../../shared/contract/targets.ts'
import { runs } from '../../../testing/runs.ts'
import { parseQuickConnect, typedHint, typedTitle } from './quick-connect.ts'
import { shownTarget } from '../../mirrors/targets.ts'

const parse = (text: string) => {
  const result = parseQuickConnect(text)
  return result.kind === 'address' ? result.target : result
}

describe('parseQuickConnect', () => {
  it.each([
    ['ubuntu@10.0.4.7', { user: 'ubuntu', address: '10.0.4.7', port: null }],
    ['ubuntu@10.0.4.7 -p 2222', { user: 'ubuntu', address: '10.0.4.7', port: 2222 }],
    ['gpu.example.com:2222', { user: null, address: 'gpu.example.com', port: 2222 }],
    ['root@[fe80::1]:22022', { user: 'root', address: 'fe80::1', port: 22022 }],
    ['ssh -p2222 -l ada gpu', { user: 'ada', address: 'gpu', port: 2222 }],
    ['ssh -i ~/.ssh/k -vA me@gpu htop -d 5', { user: 'me', address: 'gpu', keyFile: '~/.ssh/k' }],
    ["ssh -i '/my keys/k' me@gpu", { address: 'gpu', keyFile: '/my keys/k' }],
    ['ssh -o StrictHostKeyChecking=no -N -L 8000:localhost:8089 me@gpu', { user: 'me', address: 'gpu' }],
    ['ssh://me@gpu:2222/path', { user: 'me', address: 'gpu', port: 2222 }],
    ['ssh://[::1]', { user: null, address: '::1', port: null }],
    ['user@corp@gpu', { user: 'user@corp', address: 'gpu' }],
    ['$ ssh me@gpu', { user: 'me', address: 'gpu' }],
  ])('reads %s', (text, expected) => {
    expect(parse(text)).toMatchObject(expected)
  })

  it('says whether an address opens a terminal or files, and where', () => {
    expect(parseQuickConnect('ssh://me@gpu/x')).toMatchObject({ opens: 'terminal' })
    for (const text of ['sftp://me@gpu/home/me', 'scp://me@gpu/home/me', 'ssh sftp://me@gpu/home/me'])
      expect(parseQuickConnect(text)).toMatchObject({ opens: 'files', path: '/home/me', target: { address: 'gpu' } })
    expect(parseQuickConnect('sftp://me@gpu')).toMatchObject({ opens: 'files', path: null })
  })

  it.each([
    ['me@gpu -p 2222', 'Press Enter to connect to me@gpu:2222 (not saved).'],
    [
      'ssh -J a@one,two:2200 me@gpu htop -d 5',
      'Press Enter to connect to me@gpu through a@one, two:2200 (not saved). Ignored: htop -d 5.',
    ],
    [
      'ssh -A -i ~/.ssh/k -L 8000:localhost:8089 -o Compression=yes me@gpu',
      'Press Enter to connect to me@gpu with ~/.ssh/k (not saved). Ignored: -L 8000:localhost:8089 -A -o Compression=yes.',
    ],
    ['ssh://me@gpu/x', 'Press Enter to connect to me@gpu (not saved). Ignored: /x.'],
    ['sftp://me@gpu/x', 'Press Enter to open /x on me@gpu (not saved).'],
    ['ssh -J gate sftp://me@gpu/x ls', 'Press Enter to open /x on me@gpu through gate (not saved). Ignored: ls.'],
    ['ssh me@gpu echo \u202E', 'Press Enter to connect to me@gpu (not saved). Ignored: echo \\u202e.'],
  ])('the hint for %s says where it leads and what is ignored', (text, hint) => {
    const typed = parseQuickConnect(text)
    if (typed.kind !== 'address') throw new Error(typed.kind)
    expect(typedHint(typed)).toBe(hint)
    const [, done] = /Press Enter to (.*) \(not saved\)/.exec(hint) ?? []
    expect(typedTitle(typed).toLowerCase()).toBe(done?.toLowerCase())
  })

  it('takes no other kind of address for a host', () => {
    for (const text of ['http://me@gpu', 'https://gpu.example.com:8888/lab', 'git+ssh://git@gpu/x'])
      expect(parseQuickConnect(text)).toMatchObject({ kind: 'wrong' })
  })

  it('reads a chain of jump hosts', () => {
    expect(parse('ssh -J a@one,two:2200 me@gpu')).toMatchObject({
      address: 'gpu',
      jumps: [
        { user: 'a', address: 'one', port: null },
        { user: null, address: 'two', port: 2200 },
      ],
    })
  })

  it.each(['', '  ', 'gpu', 'my box', 'gpu lab'])('takes “%s” for a search', text => {
    expect(parseQuickConnect(text).kind).toBe('nothing')
  })

  it.each(['me@', 'me@gpu -p 99999', 'me@gpu -p', '"me@gpu', 'ssh', 'ssh --help', 'ssh -J a,,b gpu', 'ssh://'])(
    'says what is wrong with “%s”',
    text => {
      expect(parseQuickConnect(text).kind).toBe('wrong')
    },
  )

  it('never treats an option as a host', () => {
    expect(parse('ssh me@-oProxyCommand=x')).toMatchObject({ kind: 'wrong' })
    expect(parse('ssh://-oProxyCommand=x')).toMatchObject({ kind: 'wrong' })
  })

  it('parses any text, and returns only targets that main accepts', () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom('ssh', '-p', '22', '-J', 'a,b', 'me@gpu', '-i', '"', "'", '\\', 'ssh://', '[', ':', '@'),
        fc.string(),
      ),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          words.map(each => each.join(' ')),
        ),
        text => {
          const result = parseQuickConnect(text)
          if (result.kind === 'address') expect(target.safeParse(result.target).success).toBe(true)
        },
      ),
      { numRuns: runs(5000) },
    )
  })

  it('parses its own output', () => {
    const user = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,8}$/)
    const host = fc.oneof(
      fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.[a-z]{2,4}$/),
      fc.ipV4(),
      fc.constantFrom('fe80::1', '2001:db8::2'),
    )
    fc.assert(
      fc.property(user, host, fc.option(fc.integer({ min: 1, max: 65535 })), (name, address, port) => {
        const shown = shownTarget({ kind: 'address', user: name, address, port, jumps: [], keyFile: null })
        expect(parse(shown)).toMatchObject({ user: name, address, port: port === 22 ? null : port })
      }),
    )
  })
})
