import { isIP } from 'node:net'

import { parseForwardSpec } from '../../shared/base/forward-spec.ts'
import { lowerAscii } from './config-text.ts'
import type { ConfigProgram } from './config-program.ts'
import { evaluate, type Answers, type CommandLine, type Evaluation } from './evaluate.ts'
import type { ForwardLine, ResolvedHost } from './resolved.ts'
import { SettingReader } from './setting-reader.ts'
import {
  expandForShell,
  expandPath,
  expandTokens,
  expandVariables,
  type LocalFacts,
  type TokenValues,
} from './tokens.ts'

/**
 * Resolves what `ssh name` would do, with every value filled in. Pure: questions that need a command or lookup are in
 * `pending`.
 */
export function resolveHost(
  program: ConfigProgram,
  { name, given = {}, facts, answers }: { name: string; given?: CommandLine; facts: LocalFacts; answers: Answers },
): ResolvedHost {
  const evaluation = evaluate(program, name, { facts, answers, given })
  const read = new SettingReader(evaluation)
  const port = given.port ?? read.int('port', 22, { min: 1, max: 65_535 })
  const jump = isNone(read.text('proxyjump')) ? '' : (read.text('proxyjump') ?? '')
  const keyAlias = read.text('hostkeyalias')
  const alias = keyAlias === null ? null : lowerAscii(keyAlias)
  const values = (user: string): TokenValues => ({
    name,
    hostName: evaluation.hostName,
    port,
    user,
    jumpHost: lastHop(jump),
    keyAlias: alias ?? name,
    local: facts,
  })
  const named = given.user ?? read.text('user')
  // %r and %C are derived from the user and can't be part of it.
  const user =
    given.user ??
    (named === null
      ? facts.user
      : (read.expand('user', () => expandVariables(expandTokens(named, values(''), 'dhijkLlnpu'), facts.env)) ?? named))
  return {
    name,
    hostName: evaluation.hostName,
    user,
    userGiven: named !== null,
    port,
    ...transport(read),
    ...signIn(read, values(user)),
    ...proxies(read, values(user), jump),
    ...session(read, values(user)),
    ...trust(read, values(user)),
    forwards: forwards(read, values(user)),
    hostKeyAlias: alias,
    ignoredOptions: ignoredOptions(evaluation, read),
    problems: read.problems,
    pending: evaluation.pending,
    usedAnswers: evaluation.usedAnswers,
    from: new Map(
      [...evaluation.settings].flatMap(([keyword, [first]]) => (first ? [[keyword, first.at] as const] : [])),
    ),
  }
}

function transport(read: SettingReader) {
  return {
    addressFamily: read.choice('addressfamily', ['any', 'inet', 'inet6']),
    bindAddress: bindAddress(read),
    connectTimeout: read.seconds('connecttimeout', null),
    connectionAttempts: read.int('connectionattempts', 1, { min: 1, max: 2 ** 31 - 1 }),
    tcpKeepAlive: read.flag('tcpkeepalive', true),
    compression: read.flag('compression', false),
    serverAliveInterval: read.seconds('serveraliveinterval', 0) ?? 0,
    serverAliveCountMax: read.int('serveralivecountmax', 3, { min: 0, max: 2 ** 31 - 1 }),
    ciphers: read.text('ciphers'),
    macs: read.text('macs'),
    kexAlgorithms: read.text('kexalgorithms'),
    hostKeyAlgorithms: read.text('hostkeyalgorithms'),
    pubkeyAcceptedAlgorithms: read.text('pubkeyacceptedalgorithms'),
    logLevel: read.choice('loglevel', logLevels, { debug: 'debug1', silent: 'quiet' }),
    tag: read.text('tag'),
  }
}

function bindAddress(read: SettingReader): string | null {
  const text = read.text('bindaddress')
  if (text !== null && isIP(text) === 0) read.bad('bindaddress', `“${text}” is not an IP address`)
  return text
}

const logLevels = ['info', 'quiet', 'fatal', 'error', 'verbose', 'debug1', 'debug2', 'debug3'] as const

function signIn(read: SettingReader, values: TokenValues) {
  const files = (keyword: string) =>
    read
      .each(keyword)
      .filter(({ args: [path = ''] }) => !isNone(path))
      .map(({ args: [path = ''], at }) => read.expand(keyword, () => expandPath(path, values), at) ?? path)
  const agent = read.text('identityagent')
  const forwardAgent = read.text('forwardagent')
  const preferred = read.text('preferredauthentications')
  return {
    identityFiles: files('identityfile'),
    noIdentities: read.each('identityfile').some(({ args: [path = ''] }) => isNone(path)),
    certificateFiles: files('certificatefile'),
    identitiesOnly: read.flag('identitiesonly', false),
    identityAgent:
      agent === null || isNone(agent) || agent === 'SSH_AUTH_SOCK'
        ? agent
        : (read.expand('identityagent', () => agentPath(agent, values)) ?? 'none'),
    preferredAuthentications: preferred,
    pubkeyAuthentication:
      read.choice('pubkeyauthentication', ['yes', 'no', 'unbound', 'host-bound'] as const, {
        true: 'yes',
        false: 'no',
      }) !== 'no',
    passwordAuthentication: read.flag('passwordauthentication', true),
    kbdInteractiveAuthentication: read.flag('kbdinteractiveauthentication', true),
    numberOfPasswordPrompts: read.int('numberofpasswordprompts', 3, { min: 0, max: 2 ** 31 - 1 }),
    batchMode: read.flag('batchmode', false),
    forwardAgent:
      forwardAgent === null || /^(yes|no|true|false)$/i.test(forwardAgent)
        ? /^(yes|true)$/i.test(forwardAgent ?? '')
          ? 'yes'
          : 'no'
        : (read.expand('forwardagent', () => agentPath(forwardAgent, values)) ?? 'no'),
  }
}

/** Expands `$NAME` to the socket that a variable names. */
function agentPath(path: string, values: TokenValues): string {
  if (/^\$[A-Za-z_]\w*$/.test(path)) return values.local.env[path.slice(1)] || 'none'
  return expandPath(path, values)
}

function proxies(read: SettingReader, values: TokenValues, jump: string) {
  const command = read.text('proxycommand')
  return {
    proxyJump: jump === '' ? '' : (read.expand('proxyjump', () => expandTokens(jump, values, 'hnpr')) ?? jump),
    proxyCommand: jump !== '' || command === null || isNone(command) ? null : command,
  }
}

function session(read: SettingReader, values: TokenValues) {
  const command = read.text('remotecommand')
  return {
    gatewayPorts: read.flag('gatewayports', false),
    exitOnForwardFailure: read.flag('exitonforwardfailure', false),
    remoteCommand:
      command === null || isNone(command)
        ? null
        : (read.expand('remotecommand', () => expandForShell(command, values)) ?? command),
    requestTty: read.choice('requesttty', ['auto', 'yes', 'no', 'force'], { true: 'yes', false: 'no' }),
    sessionType: read.choice('sessiontype', ['default', 'none', 'subsystem']),
    sendEnv: read.each('sendenv').flatMap(({ args }) => args),
    setEnv: variables(read),
  }
}

function variables(read: SettingReader): readonly string[] {
  const seen = new Map<string, string>()
  for (const word of read.words('setenv') ?? []) {
    const at = word.indexOf('=')
    if (at < 0) read.bad('setenv', `“${word}” has no “=”`)
    else if (!seen.has(word.slice(0, at))) seen.set(word.slice(0, at), word)
  }
  return [...seen.values()]
}

function trust(read: SettingReader, values: TokenValues) {
  const files = (keyword: string) => {
    const words = read.words(keyword)
    return words?.length === 1 && isNone(words[0] ?? '') ? [] : words
  }
  const expanded = (word: string) => read.expand('userknownhostsfile', () => expandPath(word, values)) ?? word
  const own = files('userknownhostsfile')?.map(expanded) ?? null
  return {
    strictHostKeyChecking: read.choice('stricthostkeychecking', ['ask', 'yes', 'no', 'accept-new'], {
      true: 'yes',
      false: 'no',
      off: 'no',
    }),
    userKnownHostsFiles: own,
    // ssh expands nothing in these (ssh_config(5), TOKENS).
    globalKnownHostsFiles: files('globalknownhostsfile'),
    checkHostIp: read.flag('checkhostip', false),
    hashKnownHosts: read.flag('hashknownhosts', false),
    // With files chosen by the user, OpenSSH leaves them unchanged.
    updateHostKeys: read.choice('updatehostkeys', own === null ? ['yes', 'no', 'ask'] : ['no', 'yes', 'ask'], {
      true: 'yes',
      false: 'no',
    }),
    noHostAuthenticationForLocalhost: read.flag('nohostauthenticationforlocalhost', false),
  }
}

function forwards(read: SettingReader, values: TokenValues): readonly ForwardLine[] {
  if (read.flag('clearallforwardings', false)) return []
  const kinds = [
    ['localforward', 'local'],
    ['remoteforward', 'remote'],
    ['dynamicforward', 'dynamic'],
  ] as const
  return kinds.flatMap(([keyword, kind]) =>
    read.each(keyword).flatMap(({ args, at }): ForwardLine[] => {
      const spec = read.expand(
        keyword,
        () => args.map(end => forwardEnd(expandVariables(end, values.local.env), values)).join(':'),
        at,
      )
      if (spec !== null && parseForwardSpec(kind, spec)) return [{ kind, spec, at }]
      read.bad(keyword, `“${args.join(' ')}” is not a valid forwarding specification`, at)
      return []
    }),
  )
}

// Only the paths of sockets can contain tokens.
function forwardEnd(end: string, values: TokenValues): string {
  return end.startsWith('/') ? expandTokens(end, values) : end
}

function ignoredOptions(evaluation: Evaluation, read: SettingReader) {
  const certificates = read.each('certificatefile').map(({ at }) => ({
    path: at.path,
    line: at.line,
    text: 'CertificateFile: OpenSSH certificates are not supported yet; only the key is offered',
  }))
  const told = read.at('exitonforwardfailure')
  const kept =
    told && read.flag('exitonforwardfailure', false)
      ? [
          {
            path: told.path,
            line: told.line,
            text: 'ExitOnForwardFailure: the connection stays open; failed forwards are shown in the list',
          },
        ]
      : []
  const session = read.at('sessiontype')
  const opened =
    session && read.text('sessiontype')?.toLowerCase() !== 'default'
      ? [{ path: session.path, line: session.line, text: 'SessionType: terminals always open a shell' }]
      : []
  const anywhere = read
    .each('remoteforward')
    .filter(({ args }) => args.length < 2)
    .map(({ at }) => ({
      path: at.path,
      line: at.line,
      text: 'RemoteForward: remote dynamic forwarding (SOCKS) is not supported',
    }))
  return [...evaluation.ignoredOptions, ...certificates, ...kept, ...opened, ...anywhere]
}

/** The hop right before the host, without user and port: `%j`. */
function lastHop(jump: string): string {
  const last = (jump.split(',').at(-1) ?? '').replace(/^ssh:\/\//, '')
  const host = last.slice(last.lastIndexOf('@') + 1)
  return isIP(host) === 6 ? host : host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

function isNone(text: string | null): boolean {
  return text?.toLowerCase() === 'none'
}
