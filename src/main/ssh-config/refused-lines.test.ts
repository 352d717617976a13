import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { buildProgram } from './config-program.ts'
import { readConfigs } from './config-reading.ts'
import { resolveHost } from './resolve.ts'
import type { LocalFacts } from './tokens.ts'

const run = promisify(execFile)
const facts: LocalFacts = {
  user: userInfo().username,
  uid: userInfo().uid,
  home: homedir(),
  hostName: hostname(),
  sshFolder: join(homedir(), '.ssh'),
  env: { HOME: homedir() },
}

interface Answer {
  readonly refused: boolean
  /** The first line named. */
  readonly line: number | null
  readonly values: string
}

/** The result of ssh -G, with the line of its first complaint. */
async function askSsh(file: string, name: string): Promise<Answer> {
  const { stdout, stderr, failed } = await run('ssh', ['-G', '-F', file, name], { timeout: 10_000 }).then(
    found => ({ ...found, failed: false }),
    (error: { stdout: string; stderr: string }) => ({ ...error, failed: true }),
  )
  const value = (keyword: string) => new RegExp(`^${keyword} (.*)$`, 'm').exec(stdout)?.[1] ?? ''
  return {
    refused: failed,
    line: failed ? Number(/line (\d+)/.exec(stderr)?.[1] ?? 0) || null : null,
    values: failed ? '' : `${value('user')}@${value('hostname')}:${value('port')}`,
  }
}

async function askHawser(file: string, name: string): Promise<Answer> {
  const reading = await readConfigs([{ path: file, system: false }], facts)
  const program = buildProgram(reading.sources, facts.env)
  const answers = { exec: () => undefined, resolves: () => false }
  const host = resolveHost(program, { name, facts, answers })
  const [problem] = [...reading.notes, ...host.problems]
  return {
    refused: problem !== undefined,
    line: problem?.line ?? null,
    values: problem ? '' : `${host.user}@${host.hostName}:${host.port}`,
  }
}

function write(text: string | Buffer): string {
  const folder = join(tempDir(), 'c')
  mkdirSync(folder)
  writeFileSync(join(folder, 'config'), text, { mode: 0o600 })
  return join(folder, 'config')
}

const two = (line: string, rest = '  HostName 127.0.0.2\n  User bob\n  Port 2222\n') =>
  `Host one\n  HostName 127.0.0.1\n${line}${rest}`

// Lines inserted instead of `Host two`, or in a section.
const slips: Readonly<Record<string, string>> = {
  'a mark in the middle': two('\uFEFFHost two\n'),
  'a zero width space': two('\u200bHost two\n'),
  'a no-break space': two('\u00a0Host two\n'),
  'a vertical tab': two('\vHost two\n'),
  'a form feed': two('\fHost two\n'),
  Hots: two('Hots two\n'),
  Hst: two('Hst two\n'),
  Hosts: two('Hosts two\n'),
  'Host:': two('Host: two\n'),
  Mtach: two('Mtach host two\n'),
  'a full-width letter': two('Ｈost two\n'),
  'a Kelvin sign for K': two('Host two\n', '  Chec\u212aHostIP yes\n'),
  Usr: two('Host two\n', '  Usr bob\n'),
  Prt: two('Host two\n', '  Prt 2222\n'),
  Inclde: two('Inclde x\n'),
  'a line of prose': two('These are my hosts\n'),
  'a conflict': two('<<<<<<< HEAD\n'),
  'a line of equals signs of a conflict': two('=======\n'),
  'a conflict’s end': two('>>>>>>> other\n'),
  'a comment of another language': two('// two\n'),
  'a heading': two('[two]\n'),
  'two values': two('Host two\n', '  HostName a b\n'),
  'a keyword alone': two('Host\n'),
  'Host with an equals sign alone': two('Host =\n'),
  'Host with a comment alone': two('Host # two\n'),
  'an empty name': two('Host two ""\n'),
  'an open quotation mark': two('Host "two\n'),
  'an open single quotation mark': two("Host 'two\n"),
  'a quotation mark before the keyword': two('"Host two\n'),
  'a quoted keyword': two('"Host" two\n'),
  'a quotation mark in the keyword': two('Ho"st two\n'),
  'an equals sign before the keyword': two('=Host two\n'),
  'two equals signs before the keyword': two('==Host two\n'),
  'two equals signs after the keyword': two('Host == two\n'),
  'a NUL in the line': two('Host tw\0o\n'),
  'a carriage return alone': two('Host two\r  User bob\n'),
  'a bad port': two('Host two\n', '  Port many\n'),
  'a port of 0': two('Host two\n', '  Port 0\n'),
  'a port of 65536': two('Host two\n', '  Port 65536\n'),
  'a port with a sign': two('Host two\n', '  Port +2222\n'),
  'a bad yes or no': two('Host two\n', '  Compression maybe\n'),
  'true for what takes yes or no only': two('Host two\n', '  Compression true\n'),
  'a bad time': two('Host two\n', '  ConnectTimeout 5x\n'),
  'a time of two parts': two('Host two\n', '  ConnectTimeout 5s5\n'),
  'a bad number': two('Host two\n', '  ConnectionAttempts -1\n'),
  'a bad address family': two('Host two\n', '  AddressFamily ipv4\n'),
  'a cipher that nobody knows': two('Host two\n', '  Ciphers aes128-ctr,rot13\n'),
  'an empty cipher after a good one': two('Host two\n', '  Ciphers aes128-ctr,,rot13\n'),
  'a key type with a pattern': two('Host two\n', '  HostKeyAlgorithms ssh-ed*\n'),
  'a key type with a pattern that fits none': two('Host two\n', '  HostKeyAlgorithms foo*\n'),
  'a key type by its short name': two('Host two\n', '  PubkeyAcceptedAlgorithms Ed25519\n'),
  'a bad forward': two('Host two\n', '  LocalForward 8080 localhost\n'),
  'a forward without a destination': two('Host two\n', '  LocalForward 8080\n'),
  'a remote forward without one': two('Host two\n', '  RemoteForward 8080\n'),
  'a forward to a socket': two('Host two\n', '  LocalForward 8080 /run/x.sock\n'),
  'a forward of three arguments': two('Host two\n', '  LocalForward 8080 localhost:80 x\n'),
  'a variable in a forward that is not set': two('Host two\n', '  LocalForward ${HWR_NOT_SET} localhost:80\n'),
  'a bad jump list': two('Host two\n', '  ProxyJump a,,b\n'),
  'a jump without a user': two('Host two\n', '  ProxyJump @gate\n'),
  'a jump with a bad port': two('Host two\n', '  ProxyJump gate:0\n'),
  'a jump with a path': two('Host two\n', '  ProxyJump ssh://gate/x\n'),
  'an open quotation mark in a ProxyCommand': two('Host two\n', '  ProxyCommand sh -c "nc %h %p\n'),
  'a bad log level': two('Host two\n', '  LogLevel loud\n'),
  'a variable with an equals sign to send': two('Host two\n', '  SendEnv A=1\n'),
  'a variable without one to set': two('Host two\n', '  SetEnv A\n'),
  'none beside a file': two('Host two\n', '  UserKnownHostsFile none /x\n'),
  'a bad rekey limit': two('Host two\n', '  RekeyLimit 5\n'),
  'a rekey limit': two('Host two\n', '  RekeyLimit 1G 1h\n'),
  'a bad escape character': two('Host two\n', '  EscapeChar ab\n'),
  'a bad class of service': two('Host two\n', '  IPQoS fast\n'),
  'a bad domain': two('Host two\n', '  CanonicalDomains a..b\n'),
  'a bad Match': two('Match hots two\n'),
  'a Match without a value': two('Match host\n'),
  'a Match of nothing': two('Match # two\n'),
  'all with others after it': two('Match all host two\n'),
  'all after one other': two('Match host two all\n'),
  'all after two others': two('Match host two user x all\n'),
  'Match with an equals sign': two('Match host=two\n'),
  'Match with an equals sign between spaces': two('Match host = two\n'),
  'a token in Match exec that means nothing': two('Match host nobody exec "test %q"\n'),
  'RefuseConnection of newer versions in another section': two('Host three\n  Tag x\nHost two\n'),
  'a retired keyword': two('Host two\n', '  Protocol 2,1 and more\n  UsePrivilegedPort no\n  User bob\n'),
  'a keyword of Debian': two('Host two\n', '  GSSAPIKeyExchange no\n  ProtocolKeepAlives 30\n'),
  'a keyword of macOS': two('Host two\n', '  UseKeychain yes\n'),
  'the same, ignored': `IgnoreUnknown UseKeychain\n${two('Host two\n', '  UseKeychain yes\n  User bob\n')}`,
  'IgnoreUnknown after it': two('Host two\n', '  Usr bob\nIgnoreUnknown Usr\n'),
  'IgnoreUnknown by a pattern': `IgnoreUnknown us*,!user\n${two('Host two\n', '  Usr bob\n  User carol\n')}`,
  'a second IgnoreUnknown': `IgnoreUnknown a\nIgnoreUnknown usr\n${two('Host two\n', '  Usr bob\n')}`,
  'IgnoreUnknown for one host': `Host two\n  IgnoreUnknown usr\nHost three\n  Usr bob\n`,
  'IgnoreUnknown without an argument for the keyword': `IgnoreUnknown usr\nHost two\n  Usr\n`,
  'IgnoreUnknown with an open quotation mark': `IgnoreUnknown usr\nHost two\n  Usr "x\n`,
  'IgnoreUnknown of two words': `IgnoreUnknown usr prt\n${two('Host two\n', '  Usr bob\n')}`,
  'a Windows line ending': two('Host two\r\n', '  User bob\r\n  Port 2222\r\n'),
  'an empty file': '',
}
// Only newer versions of OpenSSH know these, and so does Hawser.
const newer = new Set(['RefuseConnection of newer versions in another section'])

describe('a line that ssh refuses', () => {
  it.skipIf(lacks('ssh')).each(Object.entries(slips))(
    'stops every host, and no other line does: %s',
    async (kind, text) => {
      const file = write(text)
      for (const name of ['one', 'two', 'elsewhere']) {
        const theirs = await askSsh(file, name)
        const ours = await askHawser(file, name)
        if (newer.has(kind)) expect(ours.refused).toBe(false)
        // ssh doesn't report the line of an unknown token.
        else expect({ name, ...ours }).toEqual({ name, ...theirs, line: theirs.line ?? ours.line })
      }
    },
  )

  it.skipIf(lacks('ssh'))('stops the file that includes it, even if its Include doesn’t apply', async () => {
    const folder = tempDir()
    const inner = join(folder, 'inner')
    const file = join(folder, 'config')
    writeFileSync(inner, 'Host two\n  Usr bob\n', { mode: 0o600 })
    writeFileSync(file, `Host never\n  Include ${inner}\nHost two\n  User x\n`, { mode: 0o600 })
    expect(await askSsh(file, 'two')).toMatchObject({ refused: true, line: 2 })
    const { notes } = buildProgram((await readConfigs([{ path: file, system: false }], facts)).sources, facts.env)
    expect(notes).toEqual([{ path: inner, line: 2, text: '“usr” is not an ssh_config keyword, perhaps User is meant' }])
  })

  it('is named with the likely keyword, with invisible characters made visible', () => {
    const say = (text: string) =>
      buildProgram([{ path: 'c', text, system: false, includes: new Map() }], {}).notes.map(note => note.text)
    expect(say('Hots a\n')).toEqual(['“hots” is not an ssh_config keyword, perhaps Host is meant'])
    expect(say('\u200bHost a\n')[0]).toContain('“\\u200bhost” is not an ssh_config keyword, perhaps Host is meant')
    expect(say('<<<<<<< HEAD\n')).toEqual(['“<<<<<<<” is not an ssh_config keyword'])
    expect(say('Host a\n  StrictHostKeyCheking yes\n')[0]).toContain('perhaps StrictHostKeyChecking is meant')
    expect(say('HostName a b\n')[0]).toContain('HostName: extra argument “b”')
    expect(say('x\n'.repeat(5_000)).length).toBeLessThanOrEqual(100)
  })
})

describe('a byte order mark at the start of a file', () => {
  it.each([
    ['UTF-8', Buffer.from('\uFEFFHost one\n  Port 1\nHost two\n  Port 2\n')],
    [
      'UTF-8, with other bytes later',
      Buffer.from('\xef\xbb\xbfHost one\n  Port 1\n# \xff\nHost two\n  Port 2\n', 'latin1'),
    ],
    ['UTF-8 before an Include', Buffer.from('\uFEFFInclude /nowhere/*\nHost one\n  Port 1\nHost two\n  Port 2\n')],
  ])('is skipped: %s', async (_kind, bytes) => {
    const file = write(bytes)
    expect(await askHawser(file, 'one')).toMatchObject({ refused: false, values: `${facts.user}@one:1` })
    expect(await askHawser(file, 'two')).toMatchObject({ refused: false, values: `${facts.user}@two:2` })
  })

  it.each([
    ['UTF-16', Buffer.from('\uFEFFHost one\n  Port 1\n', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\uFEFFHost one\n  Port 1\n', 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from('Host one\n  Port 1\n', 'utf16le')],
  ])('of another encoding stops every host: %s', async (_kind, bytes) => {
    const reading = await readConfigs([{ path: write(bytes), system: false }], facts)
    expect(buildProgram(reading.sources, facts.env).notes).toMatchObject([
      { line: 1, text: 'the file is UTF-16, which ssh can’t read. Save it as UTF-8' },
    ])
  })
})

describe('what distributions write into the system’s config', () => {
  it('is accepted', () => {
    const text =
      'Match final all\n  Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com\n  MACs hmac-sha2-256-etm@openssh.com\n' +
      '  GSSAPIKexAlgorithms gss-curve25519-sha256-,gss-nistp256-sha256-\n' +
      '  KexAlgorithms mlkem768x25519-sha256,mlkem1024nistp384-sha384,gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==\n' +
      '  CASignatureAlgorithms ecdsa-sha2-nistp256,sk-ssh-ed25519@openssh.com,rsa-sha2-512\n  RSAMinSize 2048\n' +
      '  ForwardX11Trusted yes\nHost *\n  SendEnv LANG LC_*\n  HashKnownHosts yes\n  GSSAPIAuthentication yes\n'
    expect(buildProgram([{ path: 'c', text, system: true, includes: new Map() }], {}).notes).toEqual([])
  })
})

describe('RefuseConnection', () => {
  it('stops the hosts that it applies to, with its sentence', () => {
    const text = 'Host old\n  RefuseConnection "Use new instead"\nHost new\n  Port 1\n'
    const program = buildProgram([{ path: 'c', text, system: false, includes: new Map() }], {})
    const problems = (name: string) =>
      resolveHost(program, { name, facts, answers: { exec: () => undefined, resolves: () => undefined } }).problems
    expect(problems('old')).toMatchObject([{ line: 2, text: 'RefuseConnection: Use new instead' }])
    expect(problems('new')).toEqual([])
  })
})

describe('Match localnetwork', () => {
  it.each([
    ['10.0.0.0/8', ['127.0.0.1', '10.1.2.3'], true],
    ['10.0.0.0/8,!10.1.0.0/16', ['10.1.2.3'], false],
    ['10.0.0.0/8', ['192.168.1.2', 'fe80::1'], false],
    ['fe80::/10', ['192.168.1.2', 'fe80::1'], true],
  ])('depends on the addresses of this computer: %s, %s', (list, addresses, holds) => {
    const text = `Match localnetwork ${list}\n  Port 1\n`
    const program = buildProgram([{ path: 'c', text, system: false, includes: new Map() }], {})
    const known = { exec: () => undefined, resolves: () => undefined }
    const host = resolveHost(program, { name: 'a', facts: { ...facts, addresses: () => addresses }, answers: known })
    expect(host.port).toBe(holds ? 1 : 22)
  })
})
