import type { Proxy } from '../../shared/contract/hosts.ts'
import { expandCommand, type ResolvedHost } from '../ssh-config/resolved.ts'

/** How a sign-in method is called in RFC 4252. */
export type SignInMethod = 'publickey' | 'keyboard-interactive' | 'password'

/** What leads to a host instead of a plain TCP connection: a proxy, or a command that carries the bytes. */
export type Through = Proxy | { readonly kind: 'command'; readonly command: string; readonly place: string }

/** How a host is to be believed. */
export interface TrustOptions {
  readonly strict: 'ask' | 'yes' | 'no' | 'accept-new'
  /** Null is the person's usual files; the first is written to. */
  readonly userFiles: readonly string[] | null
  readonly globalFiles: readonly string[] | null
  /** The name that its keys are filed under, in the place of its address. */
  readonly alias: string | null
  readonly checkIp: boolean
  readonly hash: boolean
  readonly update: boolean
  readonly skipLocalhost: boolean
}

/** What its terminals ask for. */
export interface SessionOptions {
  readonly command: string | null
  readonly tty: boolean
  /** Patterns of this computer's variables to pass on. */
  readonly sendEnv: readonly string[]
  readonly setEnv: readonly string[]
}

/** Everything about one hop that ssh_config(5) can set. Times in milliseconds. */
export interface HopOptions {
  readonly identityFiles: readonly string[]
  /** CertificateFile: looked at only to say that they can't be used. */
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** Not even the usual keys are offered (`IdentityFile none`). */
  readonly noKeyFiles: boolean
  /** The agent's socket; null is the usual one, `none` is no agent. */
  readonly agent: string | null
  readonly methods: readonly SignInMethod[]
  readonly passwordPrompts: number
  /** Asks a person nothing. */
  readonly batch: boolean
  /** The agent to forward; null is none, `yes` the one that signs in. */
  readonly forwardAgent: string | null
  readonly through: Through | null
  readonly family: 0 | 4 | 6
  readonly bindAddress: string | null
  /** Null is the usual limit, 0 none. */
  readonly connectMs: number | null
  readonly attempts: number
  readonly tcpKeepAlive: boolean
  readonly compression: boolean
  /** 0 is Hawser's own rhythm. */
  readonly aliveMs: number
  readonly aliveCount: number
  readonly algorithms: {
    readonly ciphers: string | null
    readonly macs: string | null
    readonly kex: string | null
    readonly hostKeys: string | null
    readonly publicKeys: string | null
  }
  readonly trust: TrustOptions
  readonly session: SessionOptions
}

// Node's timers take no more.
const maxSeconds = 2_147_483
const allMethods: readonly SignInMethod[] = ['publickey', 'keyboard-interactive', 'password']

/** What holds for a host that no config speaks of. */
export const usualOptions: HopOptions = {
  identityFiles: [],
  certificateFiles: [],
  identitiesOnly: false,
  noKeyFiles: false,
  agent: null,
  methods: allMethods,
  passwordPrompts: 3,
  batch: false,
  forwardAgent: null,
  through: null,
  family: 0,
  bindAddress: null,
  connectMs: null,
  attempts: 1,
  tcpKeepAlive: true,
  compression: false,
  aliveMs: 0,
  aliveCount: 3,
  algorithms: { ciphers: null, macs: null, kex: null, hostKeys: null, publicKeys: null },
  trust: {
    strict: 'ask',
    userFiles: null,
    globalFiles: null,
    alias: null,
    checkIp: false,
    hash: false,
    update: true,
    skipLocalhost: false,
  },
  session: { command: null, tty: true, sendEnv: [], setEnv: [] },
}

/** The options of a host as the config resolves it. */
export function optionsOf(host: ResolvedHost): HopOptions {
  const { proxyCommand, forwardAgent } = host
  return {
    identityFiles: host.identityFiles,
    certificateFiles: host.certificateFiles,
    identitiesOnly: host.identitiesOnly,
    noKeyFiles: host.noIdentities && host.identityFiles.length === 0,
    agent: host.identityAgent === 'SSH_AUTH_SOCK' ? null : host.identityAgent,
    methods: methodsOf(host),
    passwordPrompts: host.numberOfPasswordPrompts,
    batch: host.batchMode,
    forwardAgent: forwardAgent === 'no' ? null : forwardAgent,
    through:
      proxyCommand === null
        ? null
        : { kind: 'command', command: expandCommand(host, proxyCommand), place: placeOf(host, 'proxycommand') },
    family: host.addressFamily === 'any' ? 0 : host.addressFamily === 'inet' ? 4 : 6,
    bindAddress: host.bindAddress,
    connectMs: host.connectTimeout === null ? null : Math.min(host.connectTimeout, maxSeconds) * 1000,
    attempts: host.connectionAttempts,
    tcpKeepAlive: host.tcpKeepAlive,
    compression: host.compression,
    aliveMs: Math.min(host.serverAliveInterval, maxSeconds) * 1000,
    aliveCount: host.serverAliveCountMax,
    algorithms: {
      ciphers: host.ciphers,
      macs: host.macs,
      kex: host.kexAlgorithms,
      hostKeys: host.hostKeyAlgorithms,
      publicKeys: host.pubkeyAcceptedAlgorithms,
    },
    trust: {
      strict: host.strictHostKeyChecking,
      userFiles: host.userKnownHostsFiles,
      globalFiles: host.globalKnownHostsFiles,
      alias: host.hostKeyAlias,
      checkIp: host.checkHostIp,
      hash: host.hashKnownHosts,
      update: host.updateHostKeys === 'yes',
      skipLocalhost: host.noHostAuthenticationForLocalhost,
    },
    session: {
      command: host.remoteCommand,
      // As ssh has it: a command gets a terminal only where one is asked for.
      tty: host.requestTty === 'auto' ? host.remoteCommand === null : host.requestTty !== 'no',
      sendEnv: host.sendEnv,
      setEnv: host.setEnv,
    },
  }
}

/** The methods that are allowed, in the order of PreferredAuthentications. */
function methodsOf(host: ResolvedHost): readonly SignInMethod[] {
  const allowed = allMethods.filter(
    method =>
      ({
        publickey: host.pubkeyAuthentication,
        'keyboard-interactive': host.kbdInteractiveAuthentication,
        password: host.passwordAuthentication,
      })[method],
  )
  if (host.preferredAuthentications === null) return allowed
  const preferred = host.preferredAuthentications.split(',')
  return preferred.flatMap(name => allowed.find(method => method === name) ?? [])
}

function placeOf(host: ResolvedHost, keyword: string): string {
  const at = host.from.get(keyword)
  return at ? `${at.path}:${at.line}` : ''
}
