import type { ConfigNote, Statement } from './config-program.ts'
import type { Pending } from './evaluate.ts'
import { expandForShell } from './tokens.ts'

/**
 * A list of algorithms in the syntax of ssh_config(5): its own, or a change of the default list with `+`, `-` or `^`.
 */
export type AlgorithmSpec = string

/** A forward defined by a line. */
export interface ForwardLine {
  readonly kind: 'local' | 'remote' | 'dynamic'
  /** In the syntax of `-L`, `-R` and `-D`. */
  readonly spec: string
  readonly at: Statement
}

/** Everything that ssh_config(5) defines for one name, with all tokens expanded and defaults filled in. */
export interface ResolvedHost {
  readonly name: string
  readonly hostName: string
  readonly user: string
  /** False if no user is set, so that the local user name applies. */
  readonly userGiven: boolean
  readonly port: number
  readonly addressFamily: 'any' | 'inet' | 'inet6'
  readonly bindAddress: string | null
  /** Seconds; null is the system's own timeout. */
  readonly connectTimeout: number | null
  readonly connectionAttempts: number
  readonly tcpKeepAlive: boolean
  readonly compression: boolean
  /** Seconds; 0 is never. */
  readonly serverAliveInterval: number
  readonly serverAliveCountMax: number
  /** Empty means the default ones. */
  readonly identityFiles: readonly string[]
  /** `IdentityFile none`: not even the default ones. */
  readonly noIdentities: boolean
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** A socket's path, `none`, `SSH_AUTH_SOCK`, or null if not set. */
  readonly identityAgent: string | null
  readonly preferredAuthentications: string | null
  readonly pubkeyAuthentication: boolean
  readonly passwordAuthentication: boolean
  readonly kbdInteractiveAuthentication: boolean
  readonly numberOfPasswordPrompts: number
  readonly batchMode: boolean
  /** `yes`, `no`, or the socket to forward. */
  readonly forwardAgent: string
  /** The hops before this host, in order; empty for none. */
  readonly proxyJump: string
  readonly proxyCommand: string | null
  readonly forwards: readonly ForwardLine[]
  readonly gatewayPorts: boolean
  readonly exitOnForwardFailure: boolean
  readonly remoteCommand: string | null
  readonly requestTty: 'auto' | 'yes' | 'no' | 'force'
  readonly sessionType: 'default' | 'none' | 'subsystem'
  readonly sendEnv: readonly string[]
  readonly setEnv: readonly string[]
  readonly strictHostKeyChecking: 'ask' | 'yes' | 'no' | 'accept-new'
  readonly userKnownHostsFiles: readonly string[] | null
  readonly globalKnownHostsFiles: readonly string[] | null
  readonly hostKeyAlias: string | null
  readonly checkHostIp: boolean
  readonly hashKnownHosts: boolean
  readonly updateHostKeys: 'yes' | 'no' | 'ask'
  readonly noHostAuthenticationForLocalhost: boolean
  readonly ciphers: AlgorithmSpec | null
  readonly macs: AlgorithmSpec | null
  readonly kexAlgorithms: AlgorithmSpec | null
  readonly hostKeyAlgorithms: AlgorithmSpec | null
  readonly pubkeyAcceptedAlgorithms: AlgorithmSpec | null
  readonly logLevel: string
  readonly tag: string | null
  readonly pending: readonly Pending[]
  readonly usedAnswers: boolean
  readonly ignoredOptions: readonly ConfigNote[]
  readonly problems: readonly ConfigNote[]
  /** The first line of each keyword. */
  readonly from: ReadonlyMap<string, Statement>
}

/** Expands the tokens of ProxyCommand in a command. Errors: `ExpansionError`. */
export function expandCommand(host: ResolvedHost, command: string): string {
  const { name, hostName, port, user } = host
  return expandForShell(command, { name, hostName, port, user, jumpHost: '', keyAlias: '', local: null }, 'hnpr')
}
