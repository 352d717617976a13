import type { Proxy } from '../../shared/contract/hosts.ts'
import { expandCommand, type ResolvedHost } from '../ssh-config/resolved.ts'

/** The name of an authentication method in RFC 4252 and RFC 4256. */
export type SignInMethod = 'publickey' | 'keyboard-interactive' | 'password'

/** Replaces a plain TCP connection: a proxy, or a command that carries the data. */
export type Through = Proxy | { readonly kind: 'command'; readonly command: string; readonly place: string }

/** How the host key of a host is verified. */
export interface TrustOptions {
  readonly strict: 'ask' | 'yes' | 'no' | 'accept-new'
  /** Null means the user's default files; new keys are written to the first one. */
  readonly userFiles: readonly string[] | null
  readonly globalFiles: readonly string[] | null
  /** The name that its keys are stored under, instead of its address. */
  readonly alias: string | null
  readonly checkIp: boolean
  readonly hash: boolean
  readonly update: boolean
  readonly skipLocalhost: boolean
}

/** Settings for the terminals of a host. */
export interface SessionOptions {
  readonly command: string | null
  readonly tty: boolean
  /** Patterns of the local environment variables to send. */
  readonly sendEnv: readonly string[]
  readonly setEnv: readonly string[]
}

/** Everything about one hop that ssh_config(5) can set. Times are in milliseconds. */
export interface HopOptions {
  readonly identityFiles: readonly string[]
  /** CertificateFile, used only to explain that certificates are not supported. */
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** Not even the default keys are offered (`IdentityFile none`). */
  readonly noKeyFiles: boolean
  /** The agent's socket; null is the default agent, `none` is no agent. */
  readonly agent: string | null
  readonly methods: readonly SignInMethod[]
  readonly passwordPrompts: number
  /** Never asks the user (BatchMode). */
  readonly batch: boolean
  /** The agent to forward; null is none, `yes` the one used for signing in. */
  readonly forwardAgent: string | null
  readonly through: Through | null
  readonly family: 0 | 4 | 6
  readonly bindAddress: string | null
  /** Null is the default limit, 0 none. */
  readonly connectMs: number | null
  readonly attempts: number
  readonly tcpKeepAlive: boolean
  readonly compression: boolean
  /** 0 keeps Hawser's own interval. */
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

// The maximum of Node's timers.
const maxSeconds = 2_147_483
const allMethods: readonly SignInMethod[] = ['publickey', 'keyboard-interactive', 'password']

/** The options of a host that no config mentions. */
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

/** Converts a host resolved from the config to options. */
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
      // As in ssh: a command gets a terminal only if one is requested.
      tty: host.requestTty === 'auto' ? host.remoteCommand === null : host.requestTty !== 'no',
      sendEnv: host.sendEnv,
      setEnv: host.setEnv,
    },
  }
}

/** The allowed methods, in the order of PreferredAuthentications. */
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
