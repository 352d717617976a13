import { userInfo } from 'node:os'

import fc from 'fast-check'

const names = ['a', 'web1', 'web2.example', 'gpu-box', '10.0.0.1', 'Big', 'localhost', 'a.b.c'] as const
/** Names to dial, some of which match the patterns. */
export const hostName = fc.constantFrom(...names)
const pattern = fc.oneof(
  hostName,
  fc.constantFrom('*', 'web*', 'web?', '!web1', '!*.example', '*.example', 'gpu-*', '??', '!a'),
)
const flag = fc.constantFrom('yes', 'no')
const word = fc.constantFrom('alpha', 'me', 'x-1', 'v.w')
const number = fc.integer({ min: 1, max: 65_535 }).map(String)
const small = fc.integer({ min: 1, max: 30 }).map(String)
const time = fc.constantFrom('5', '10s', '1m', '1m30s', '2h')
const path = fc.constantFrom(
  '~/.ssh/k1',
  '/tmp/%h-%p',
  '~/keys/%r@%n',
  '/tmp/with space/k',
  '%d/k_%u_%L',
  '/tmp/100%%',
  '${HOME}/z',
)
const port = fc.integer({ min: 1024, max: 65_535 })
const listen = fc.oneof(
  port.map(String),
  port.map(value => `127.0.0.1:${value}`),
  port.map(value => `[::1]:${value}`),
  port.map(value => `*:${value}`),
)
const target = fc.oneof(
  port.map(value => `localhost:${value}`),
  port.map(value => `[fe80::1]:${value}`),
)
const ciphers = ['aes128-ctr', 'aes256-ctr', 'aes128-gcm@openssh.com', 'aes256-cbc']
const macs = ['hmac-sha2-256', 'hmac-sha1', 'hmac-sha2-512-etm@openssh.com']
const kex = ['curve25519-sha256', 'diffie-hellman-group14-sha256', 'diffie-hellman-group14-sha1']
const keys = ['ssh-ed25519', 'rsa-sha2-256', 'ssh-rsa', 'ecdsa-sha2-nistp256']
const spec = (all: readonly string[]) =>
  fc
    .tuple(fc.constantFrom('', '+', '-', '^'), fc.subarray([...all], { minLength: 1 }))
    .map(([sign, list]) => `${sign}${list.join(',')}`)
const either = (of: fc.Arbitrary<string>) => of

const single: Readonly<Record<string, fc.Arbitrary<string>>> = {
  HostName: fc.constantFrom('%h.example.com', '10.1.2.3', 'Real.Name', '%h', 'x%%y'),
  User: word,
  Port: number,
  AddressFamily: fc.constantFrom('any', 'inet', 'inet6'),
  BindAddress: fc.constant('127.0.0.1'),
  ConnectTimeout: fc.oneof(time, fc.constant('none')),
  ConnectionAttempts: small,
  TCPKeepAlive: flag,
  Compression: flag,
  ServerAliveInterval: time,
  ServerAliveCountMax: small,
  IdentityFile: path,
  CertificateFile: path,
  IdentitiesOnly: flag,
  IdentityAgent: fc.constantFrom('~/agent-%r', 'SSH_AUTH_SOCK', '/tmp/a_%h', '/tmp/%C'),
  PreferredAuthentications: fc.constantFrom('publickey', 'password,publickey'),
  PubkeyAuthentication: flag,
  PasswordAuthentication: flag,
  KbdInteractiveAuthentication: flag,
  ChallengeResponseAuthentication: flag,
  NumberOfPasswordPrompts: small,
  BatchMode: flag,
  ForwardAgent: flag,
  ProxyJump: fc.constantFrom('none', 'j', 'u@j:2200', 'one,u@two:22,three', '[::1]:22'),
  ProxyCommand: fc.constantFrom('none', 'nc %h %p', 'sh -c "nc -q0 %h %p" # not a comment', "ssh -W %h:%p 'x y'"),
  GatewayPorts: flag,
  ExitOnForwardFailure: flag,
  ClearAllForwardings: flag,
  RemoteCommand: fc.constantFrom('none', 'tmux new -A -s "%n"', 'echo %h %p %r'),
  RequestTTY: fc.constantFrom('yes', 'no', 'force', 'auto'),
  SessionType: fc.constantFrom('default', 'none'),
  SendEnv: fc.constantFrom('LC_*', 'FOO BAR', '-LC_*', '-FOO'),
  SetEnv: fc.constantFrom('A=1', 'A=1 B="two words"', 'A=1 A=2'),
  StrictHostKeyChecking: fc.constantFrom('yes', 'no', 'ask', 'accept-new', 'off'),
  UserKnownHostsFile: fc.oneof(
    fc.constantFrom('/dev/null', '~/.ssh/a "/tmp/b c"'),
    path.filter(each => !each.includes(' ')),
  ),
  GlobalKnownHostsFile: fc.constantFrom('/dev/null', '/etc/x /etc/y'),
  HostKeyAlias: fc.constantFrom('Alias-A', 'b'),
  CheckHostIP: flag,
  HashKnownHosts: flag,
  UpdateHostKeys: fc.constantFrom('yes', 'no'),
  NoHostAuthenticationForLocalhost: flag,
  Ciphers: spec(ciphers),
  MACs: spec(macs),
  KexAlgorithms: spec(kex),
  HostKeyAlgorithms: spec(keys),
  LogLevel: fc.constantFrom('QUIET', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG2'),
  CanonicalizeHostname: fc.constantFrom('no', 'yes'),
  LocalForward: fc.tuple(listen, target).map(ends => ends.join(' ')),
  RemoteForward: fc.oneof(
    fc.tuple(listen, target).map(ends => ends.join(' ')),
    port.map(String),
  ),
  DynamicForward: listen,
}
const commands = new Set(['ProxyCommand', 'ProxyJump', 'RemoteCommand'])
const many = new Set([
  'SendEnv',
  'SetEnv',
  'UserKnownHostsFile',
  'GlobalKnownHostsFile',
  'LocalForward',
  'RemoteForward',
])

const statement = fc.constantFrom(...Object.keys(single)).chain(keyword =>
  fc
    .tuple(
      either(single[keyword] as fc.Arbitrary<string>),
      fc.constantFrom('  ', '\t', ''),
      fc.constantFrom(' ', '=', ' = ', '\t'),
      fc.constantFrom('', '  ', ' # a comment', '\r'),
      fc.constantFrom('as', 'lower', 'upper'),
      fc.boolean(),
    )
    .map(([value, indent, between, after, letters, quoted]) => {
      const spelled = letters === 'as' ? keyword : letters === 'lower' ? keyword.toLowerCase() : keyword.toUpperCase()
      const plain = commands.has(keyword) || many.has(keyword)
      const text = plain ? value : quoted || value.includes(' ') ? `"${value}"` : value
      return `${indent}${spelled}${between}${text}${commands.has(keyword) && after.includes('#') ? '' : after}`
    }),
)
const criterion = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('host', 'originalhost'),
      fc.constantFrom('web*', 'a,gpu-box', '!a,*', '*.example', 'real.name'),
    )
    .map(pair => pair.join(' ')),
  fc
    .tuple(fc.constantFrom('user', '!user', 'localuser'), fc.constantFrom('me', userInfo().username, '*', 'al*'))
    .map(pair => pair.join(' ')),
  // Not `!final`: older OpenSSH evaluates everything a second time for it, newer versions don't.
  fc.constantFrom('final', 'canonical', '!canonical'),
)
const head = fc.oneof(
  { weight: 4, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 3 }).map(list => `Host ${list.join(' ')}`) },
  { weight: 2, arbitrary: fc.array(criterion, { minLength: 1, maxLength: 2 }).map(list => `Match ${list.join(' ')}`) },
  { weight: 1, arbitrary: fc.constantFrom('Match all', 'Match final all', 'Match canonical all') },
)
/** One Host or Match line with its section. */
export const configSection = fc
  .tuple(head, fc.array(statement, { minLength: 1, maxLength: 6 }))
  .map(([first, rest]) => [first, ...rest].join('\n'))
const block = fc.oneof(
  { weight: 8, arbitrary: configSection },
  { weight: 1, arbitrary: statement },
  { weight: 1, arbitrary: fc.constantFrom('', '# note', 'Include inc-*', '  Include inc-1 "inc-2"') },
)
/** A whole file, which may include `inc-1` and `inc-2`. */
export const configText = fc.array(block, { minLength: 1, maxLength: 5 }).map(blocks => `${blocks.join('\n')}\n`)
