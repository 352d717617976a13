import type { ConfigNote, Statement } from './config-program.ts'
import type { Pending } from './evaluate.ts'
import { expandForShell } from './tokens.ts'

/** A list of algorithms as ssh_config(5) writes it: its own, or a change of the default list with `+`, `-` or `^`. */
export type AlgorithmSpec = string

/** A forward as a line gives it. */
export interface ForwardLine {
  readonly kind: 'local' | 'remote' | 'dynamic'
  /** In the words of `-L`, `-R` and `-D`. */
  readonly spec: string
  readonly at: Statement
}

/** All that ssh_config(5) says of one name, every token expanded and every default filled in. */
export interface ResolvedHost {
  readonly name: string
  readonly hostName: string
  readonly user: string
  /** False where nobody named a user and that of this computer is taken. */
  readonly userGiven: boolean
  readonly port: number
  readonly addressFamily: 'any' | 'inet' | 'inet6'
  readonly bindAddress: string | null
  /** Seconds; null is as long as the system waits. */
  readonly connectTimeout: number | null
  readonly connectionAttempts: number
  readonly tcpKeepAlive: boolean
  readonly compression: boolean
  /** Seconds; 0 is never. */
  readonly serverAliveInterval: number
  readonly serverAliveCountMax: number
  /** Empty means the usual ones. */
  readonly identityFiles: readonly string[]
  /** `IdentityFile none`: not even the usual ones. */
  readonly noIdentities: boolean
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** A socket's path, `none`, `SSH_AUTH_SOCK`, or null where nothing is said. */
  readonly identityAgent: string | null
  readonly preferredAuthentications: string | null
  readonly pubkeyAuthentication: boolean
  readonly passwordAuthentication: boolean
  readonly kbdInteractiveAuthentication: boolean
  readonly numberOfPasswordPrompts: number
  readonly batchMode: boolean
  /** `yes`, `no`, or the socket to forward. */
  readonly forwardAgent: string
  /** The hops before this host, the first first; empty for none. */
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
  readonly notHonoured: readonly ConfigNote[]
  readonly problems: readonly ConfigNote[]
  /** Where the first line of each keyword stands. */
  readonly from: ReadonlyMap<string, Statement>
}

/** A command with the tokens of ProxyCommand replaced. Throws `ExpansionError`. */
export function expandCommand(host: ResolvedHost, command: string): string {
  const { name, hostName, port, user } = host
  return expandForShell(command, { name, hostName, port, user, jumpHost: '', keyAlias: '', local: null }, 'hnpr')
}
