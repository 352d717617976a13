import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { parseForwardSpec, type SpecEnd } from '../../shared/base/forward-spec.ts'
import { buildProgram } from './config-program.ts'
import { readConfigs } from './config-reading.ts'
import { applySpec } from './algorithm-spec.ts'
import { resolveHost } from './resolve.ts'
import type { ForwardLine, ResolvedHost } from './resolved.ts'
import { expandPath, type LocalFacts } from './tokens.ts'

const run = promisify(execFile)
const configs = Number(process.env['HAWSER_CONFIG_RUNS'] ?? runs(5_000))

const facts: LocalFacts = {
  user: userInfo().username,
  uid: userInfo().uid,
  home: homedir(),
  hostName: hostname(),
  sshFolder: join(homedir(), '.ssh'),
  env: process.env,
}

// --- what a config may hold -------------------------------------------------------------------------------------

const names = ['a', 'web1', 'web2.example', 'gpu-box', '10.0.0.1', 'Big', 'localhost', 'a.b.c'] as const
const name = fc.constantFrom(...names)
const pattern = fc.oneof(
  name,
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
    .tuple(fc.constantFrom('user', '!user', 'localuser'), fc.constantFrom('me', facts.user, '*', 'al*'))
    .map(pair => pair.join(' ')),
  // Not `!final`: older OpenSSH read everything a second time for it, newer ones do not.
  fc.constantFrom('final', 'canonical', '!canonical'),
)
const head = fc.oneof(
  { weight: 4, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 3 }).map(list => `Host ${list.join(' ')}`) },
  { weight: 2, arbitrary: fc.array(criterion, { minLength: 1, maxLength: 2 }).map(list => `Match ${list.join(' ')}`) },
  { weight: 1, arbitrary: fc.constantFrom('Match all', 'Match final all', 'Match canonical all') },
)
const section = fc
  .tuple(head, fc.array(statement, { minLength: 1, maxLength: 6 }))
  .map(([first, rest]) => [first, ...rest].join('\n'))
const block = fc.oneof(
  { weight: 8, arbitrary: section },
  { weight: 1, arbitrary: statement },
  { weight: 1, arbitrary: fc.constantFrom('', '# note', 'Include inc-*', '  Include inc-1 "inc-2"') },
)
const config = fc.array(block, { minLength: 1, maxLength: 5 }).map(blocks => `${blocks.join('\n')}\n`)

// --- our answer in ssh -G's words -------------------------------------------------------------------------------

const yes = (value: boolean) => (value ? 'yes' : 'no')
const compared = new Set(
  `user hostname port addressfamily bindaddress connecttimeout connectionattempts tcpkeepalive compression
  serveraliveinterval serveralivecountmax identityfile certificatefile identitiesonly identityagent
  preferredauthentications pubkeyauthentication passwordauthentication kbdinteractiveauthentication
  numberofpasswordprompts batchmode forwardagent proxyjump proxycommand gatewayports exitonforwardfailure
  remotecommand requesttty sessiontype sendenv setenv stricthostkeychecking userknownhostsfile globalknownhostsfile
  hostkeyalias checkhostip hashknownhosts updatehostkeys nohostauthenticationforlocalhost ciphers macs kexalgorithms
  hostkeyalgorithms loglevel localforward remoteforward dynamicforward`.split(/\s+/),
)

function printed(host: ResolvedHost, usual: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const lines: string[] = []
  const put = (keyword: string, value: string | number | null) => {
    if (value !== null && value !== '') lines.push(`${keyword} ${value}`)
  }
  const plain = (keyword: string) =>
    usual
      .get(keyword)?.[0]
      ?.slice(keyword.length + 1)
      .split(',') ?? []
  put('user', host.user)
  put('hostname', host.hostName)
  put('port', host.port)
  put('addressfamily', host.addressFamily)
  put('bindaddress', host.bindAddress)
  put('connecttimeout', host.connectTimeout ?? 'none')
  put('connectionattempts', host.connectionAttempts)
  put('tcpkeepalive', yes(host.tcpKeepAlive))
  put('compression', yes(host.compression))
  // Debian's ssh asks every 300 s in batch mode.
  put('serveraliveinterval', host.batchMode && !host.from.has('serveraliveinterval') ? 300 : host.serverAliveInterval)
  put('serveralivecountmax', host.serverAliveCountMax)
  put('identitiesonly', yes(host.identitiesOnly))
  put('identityagent', host.identityAgent)
  put('preferredauthentications', host.preferredAuthentications)
  put('pubkeyauthentication', host.pubkeyAuthentication ? 'true' : 'false')
  put('passwordauthentication', yes(host.passwordAuthentication))
  put('kbdinteractiveauthentication', yes(host.kbdInteractiveAuthentication))
  put('numberofpasswordprompts', host.numberOfPasswordPrompts)
  put('batchmode', yes(host.batchMode))
  put('forwardagent', host.forwardAgent)
  put('proxyjump', host.proxyJump)
  put('proxycommand', host.proxyCommand)
  put('gatewayports', yes(host.gatewayPorts))
  put('exitonforwardfailure', yes(host.exitOnForwardFailure))
  put('remotecommand', host.remoteCommand)
  put('requesttty', host.requestTty === 'yes' ? 'true' : host.requestTty === 'no' ? 'false' : host.requestTty)
  put('sessiontype', host.sessionType)
  for (const each of host.sendEnv) put('sendenv', each)
  for (const each of host.setEnv) put('setenv', each)
  put(
    'stricthostkeychecking',
    host.strictHostKeyChecking === 'yes'
      ? 'true'
      : host.strictHostKeyChecking === 'no'
        ? 'false'
        : host.strictHostKeyChecking,
  )
  if (host.userKnownHostsFiles) put('userknownhostsfile', host.userKnownHostsFiles.join(' '))
  else lines.push(...(usual.get('userknownhostsfile') ?? []))
  if (host.globalKnownHostsFiles) put('globalknownhostsfile', host.globalKnownHostsFiles.join(' '))
  else lines.push(...(usual.get('globalknownhostsfile') ?? []))
  put('hostkeyalias', host.hostKeyAlias)
  put('checkhostip', yes(host.checkHostIp))
  put('hashknownhosts', yes(host.hashKnownHosts))
  put('updatehostkeys', host.updateHostKeys === 'yes' ? 'true' : host.updateHostKeys === 'no' ? 'false' : 'ask')
  put('nohostauthenticationforlocalhost', yes(host.noHostAuthenticationForLocalhost))
  put('ciphers', applySpec(host.ciphers, plain('ciphers')).join(','))
  put('macs', applySpec(host.macs, plain('macs')).join(','))
  put('kexalgorithms', applySpec(host.kexAlgorithms, plain('kexalgorithms')).join(','))
  put('hostkeyalgorithms', applySpec(host.hostKeyAlgorithms, plain('hostkeyalgorithms')).join(','))
  put('loglevel', host.logLevel.replace('debug1', 'debug').replace('quiet', 'silent').toUpperCase())
  for (const forward of host.forwards) put(`${forward.kind}forward`, shownForward(forward))
  return lines
}

function shownForward({ kind, spec }: ForwardLine): string {
  const parsed = parseForwardSpec(kind, spec)
  if (!parsed) return 'unreadable'
  const end = (at: SpecEnd, listening: boolean) =>
    at.kind === 'unix' ? at.path : listening && at.address === null ? String(at.port) : `[${at.address}]:${at.port}`
  const to = parsed.to ? end(parsed.to, false) : kind === 'remote' ? '[socks]:0' : ''
  return `${end(parsed.listen, true)} ${to}`.trim()
}

async function askSsh(file: string, host: string): Promise<readonly string[] | null> {
  const found = await run('ssh', ['-G', '-F', file, host], { timeout: 10_000 }).catch(() => null)
  return found?.stdout.split('\n').filter(line => compared.has(line.split(' ')[0] ?? '')) ?? null
}

function byKeyword(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const line of lines) {
    const keyword = line.split(' ')[0] as string
    found.set(keyword, [...(found.get(keyword) ?? []), line])
  }
  return found
}

/** What ssh prints as a value that its own parser would read otherwise is compared as it prints it. */
function normal(lines: readonly string[]): readonly string[] {
  // Newer OpenSSH hashes the jump host into %C too.
  const jumps = lines.some(line => line.startsWith('proxyjump '))
  return lines
    .filter(line => !(jumps && /^identityagent \/tmp\/[0-9a-f]{40}$/.test(line)))
    .map(line => line.replace(/^(pubkeyauthentication|forwardagent) (yes|true)$/, '$1 true'))
    .map(line =>
      line.replace(/^(\w+) (.*)$/, (_all, keyword: string, value: string) => `${keyword} ${value.trimEnd()}`),
    )
    .sort()
}

// ----------------------------------------------------------------------------------------------------------------

let usual: ReadonlyMap<string, readonly string[]>

beforeAll(async () => {
  usual = byKeyword((await askSsh('/dev/null', 'a')) ?? [])
})

describe('our answer', () => {
  it(
    `equals that of ssh -G for every honoured keyword, in ${configs} configs`,
    async () => {
      const folderOfRuns = tempDir()
      let compares = 0
      let count = 0
      await fc.assert(
        fc.asyncProperty(
          config,
          fc.array(section, { minLength: 2, maxLength: 2 }),
          name,
          async (text, included, host) => {
            const folder = join(folderOfRuns, String(count++))
            await mkdir(folder)
            const absolute = (from: string) => from.replaceAll(/inc-/g, join(folder, 'inc-'))
            await writeFile(join(folder, 'inc-1'), included[0] as string, { mode: 0o600 })
            await writeFile(join(folder, 'inc-2'), included[1] as string, { mode: 0o600 })
            const file = join(folder, 'config')
            await writeFile(file, absolute(text), { mode: 0o600 })
            const theirs = await askSsh(file, host)
            fc.pre(theirs !== null)
            compares++
            const reading = await readConfigs([{ path: file, system: false }], facts)
            const ours = resolveHost(buildProgram(reading.sources), {
              name: host,
              facts,
              answers: { exec: () => undefined, resolves: () => false },
            })
            expect(ours.problems).toEqual([])
            const own = printed(ours, usual)
            const all = ours.identityFiles.length > 0 ? own : [...own, ...(usual.get('identityfile') ?? [])]
            const paths = ours.identityFiles.map(each => `identityfile ${each}`)
            const certificates = ours.certificateFiles.map(each => `certificatefile ${each}`)
            expect(normal([...all, ...paths, ...certificates])).toEqual(normal(expanded(theirs ?? [], ours)))
          },
        ),
        { numRuns: configs },
      )
      expect(compares).toBeGreaterThan(configs * 0.6)
    },
    30 * 60_000,
  )
})

/** ssh -G prints identity and certificate files before it expands them. */
function expanded(lines: readonly string[], host: ResolvedHost): readonly string[] {
  const jump = ''
  const values = { name: host.name, hostName: host.hostName, port: host.port, user: host.user, jumpHost: jump }
  const full = { ...values, keyAlias: host.hostKeyAlias ?? host.name, local: facts }
  return lines.map(line => {
    const found = /^(identityfile|certificatefile) (.*)$/.exec(line)
    if (!found || (usual.get('identityfile') ?? []).includes(line)) return line
    return `${found[1]} ${expandPath(found[2] as string, full)}`
  })
}
