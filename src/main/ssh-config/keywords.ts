/** How the arguments of a keyword are read, and which of several lines counts. */
export type KeywordKind =
  /** One argument; the first line counts. */
  | 'word'
  /** All arguments of the first line. */
  | 'words'
  /** The rest of the first line, unchanged. */
  | 'command'
  /** One argument of each line. */
  | 'each'
  /** Two arguments of each line. */
  | 'forward'
  /** All arguments of all lines. */
  | 'environment'

/** The supported keywords. All others are reported on the host, never ignored silently. */
export const supportedKeywords: ReadonlyMap<string, KeywordKind> = new Map([
  ['addressfamily', 'word'],
  ['batchmode', 'word'],
  ['bindaddress', 'word'],
  ['canonicaldomains', 'words'],
  ['canonicalizefallbacklocal', 'word'],
  ['canonicalizehostname', 'word'],
  ['canonicalizemaxdots', 'word'],
  ['certificatefile', 'each'],
  ['checkhostip', 'word'],
  ['ciphers', 'word'],
  ['clearallforwardings', 'word'],
  ['compression', 'word'],
  ['connectionattempts', 'word'],
  ['connecttimeout', 'word'],
  ['dynamicforward', 'each'],
  ['exitonforwardfailure', 'word'],
  ['forwardagent', 'word'],
  ['gatewayports', 'word'],
  ['globalknownhostsfile', 'words'],
  ['hashknownhosts', 'word'],
  ['hostkeyalgorithms', 'word'],
  ['hostkeyalias', 'word'],
  ['hostname', 'word'],
  ['identitiesonly', 'word'],
  ['identityagent', 'word'],
  ['identityfile', 'each'],
  ['ignoreunknown', 'word'],
  ['kbdinteractiveauthentication', 'word'],
  ['kexalgorithms', 'word'],
  ['localforward', 'forward'],
  ['loglevel', 'word'],
  ['macs', 'word'],
  ['nohostauthenticationforlocalhost', 'word'],
  ['numberofpasswordprompts', 'word'],
  ['passwordauthentication', 'word'],
  ['port', 'word'],
  ['preferredauthentications', 'word'],
  ['proxycommand', 'command'],
  ['proxyjump', 'command'],
  ['pubkeyacceptedalgorithms', 'word'],
  ['pubkeyauthentication', 'word'],
  ['remotecommand', 'command'],
  ['remoteforward', 'forward'],
  ['requesttty', 'word'],
  ['sendenv', 'environment'],
  ['serveralivecountmax', 'word'],
  ['serveraliveinterval', 'word'],
  ['sessiontype', 'word'],
  ['setenv', 'words'],
  ['stricthostkeychecking', 'word'],
  ['tag', 'word'],
  ['tcpkeepalive', 'word'],
  ['updatehostkeys', 'word'],
  ['user', 'word'],
  ['userknownhostsfile', 'words'],
])

/** Older names that OpenSSH still accepts. */
export const olderNames: ReadonlyMap<string, string> = new Map([
  ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
  ['skeyauthentication', 'kbdinteractiveauthentication'],
  ['tisauthentication', 'kbdinteractiveauthentication'],
  ['dsaauthentication', 'pubkeyauthentication'],
  ['hostbasedkeytypes', 'hostbasedacceptedalgorithms'],
  ['identityfile2', 'identityfile'],
  ['keepalive', 'tcpkeepalive'],
  // Debian's own name.
  ['protocolkeepalives', 'serveraliveinterval'],
  ['pubkeyacceptedkeytypes', 'pubkeyacceptedalgorithms'],
  // Red Hat's name, from before OpenSSH had the keyword.
  ['rsaminsize', 'requiredrsasize'],
  ['setuptimeout', 'serveraliveinterval'],
  ['smartcarddevice', 'pkcs11provider'],
])

/** Why a keyword is not supported. An empty reason means that it makes no difference in Hawser. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['addkeystoagent', 'add keys to the agent on the Keys page'],
  ['bindinterface', 'use BindAddress'],
  ['canonicalizepermittedcnames', 'names are not followed through CNAME records'],
  ['casignaturealgorithms', 'certificates are not supported yet'],
  ['channeltimeout', 'channels have no timeouts'],
  ['controlmaster', ''],
  ['controlpath', ''],
  ['controlpersist', ''],
  ['enableescapecommandline', ''],
  ['enablesshkeysign', 'host-based authentication is not supported'],
  ['escapechar', ''],
  ['fingerprinthash', ''],
  ['forkafterauthentication', ''],
  ['forwardx11', 'X11 forwarding is not supported'],
  ['forwardx11timeout', ''],
  ['forwardx11trusted', ''],
  ['gssapiauthentication', 'GSSAPI (Kerberos) is not supported'],
  ['gssapiclientidentity', ''],
  ['gssapidelegatecredentials', 'GSSAPI (Kerberos) is not supported'],
  ['gssapikexalgorithms', ''],
  ['gssapikeyexchange', 'GSSAPI (Kerberos) is not supported'],
  ['gssapirenewalforcesrekey', ''],
  ['gssapiserveridentity', ''],
  ['gssapitrustdns', ''],
  ['hostbasedacceptedalgorithms', 'host-based authentication is not supported'],
  ['hostbasedauthentication', 'host-based authentication is not supported'],
  ['ipqos', ''],
  ['kbdinteractivedevices', ''],
  ['knownhostscommand', 'host keys are only looked up in known_hosts files'],
  ['localcommand', 'local commands are not run'],
  ['logverbose', ''],
  ['obscurekeystroketiming', 'keystroke timing is not hidden'],
  ['permitlocalcommand', 'local commands are not run'],
  ['permitremoteopen', 'remote dynamic forwarding is not supported'],
  ['pkcs11provider', 'smart cards work through the agent only'],
  ['proxyusefdpass', 'Hawser passes the data of a ProxyCommand itself'],
  ['rekeylimit', 'the server decides when to rekey'],
  ['requiredrsasize', 'RSA keys of any size are accepted'],
  ['revokedhostkeys', 'revocation lists are not read. Mark revoked keys with @revoked in known_hosts'],
  ['securitykeyprovider', 'security keys (FIDO) are not supported yet'],
  ['stdinnull', ''],
  ['streamlocalbindmask', ''],
  ['streamlocalbindunlink', ''],
  ['syslogfacility', ''],
  ['tunnel', 'tunnel devices are not supported'],
  ['tunneldevice', ''],
  ['usekeychain', 'passphrases are saved in the vault'],
  ['verifyhostkeydns', 'host keys are not verified through DNS (SSHFP)'],
  ['versionaddendum', ''],
  ['visualhostkey', ''],
  ['warnweakcrypto', ''],
  ['xauthlocation', ''],
])

// Keywords that structure the file, and one that stops the dial if it applies.
const structure = ['host', 'match', 'include', 'refuseconnection']

// OpenSSH silently ignores these, whatever their arguments.
const retired = `protocol cipher fallbacktorsh globalknownhostsfile2 rhostsauthentication userknownhostsfile2 useroaming
  usersh useprivilegedport afstokenpassing kerberosauthentication kerberostgtpassing rsaauthentication
  rhostsrsaauthentication compressionlevel`.split(/\s+/)

// Only the ssh of macOS has this keyword; every other one refuses a file that contains it, unless IgnoreUnknown names
// it.
const ofMacOs = 'usekeychain'

/**
 * Returns what to say about an unsupported keyword: null if nothing. Values that turn it off (`no`, `none`) need no
 * note.
 */
export function whyIgnored(keyword: string, value: string): string | null {
  const reason = reasons.get(keyword) ?? ''
  return reason === '' || /^(no|none|false|off)$/i.test(value) ? null : reason
}

/**
 * True for a keyword of OpenSSH up to 10.5, supported by Hawser or not, including those of Debian, Fedora and macOS. An
 * older installed ssh may refuse newer ones.
 */
export function isKeyword(keyword: string, platform: NodeJS.Platform = process.platform): boolean {
  return known.has(keyword) && (keyword !== ofMacOs || platform === 'darwin')
}

const known: ReadonlySet<string> = new Set([
  ...supportedKeywords.keys(),
  ...olderNames.keys(),
  ...reasons.keys(),
  ...structure,
  ...retired,
])

/** Returns the likely keyword for one with one or two typing errors, spelled as in the manual; null for others. */
export function misspelled(keyword: string): string | null {
  const plain = keyword.replace(/[^a-z0-9]+/g, '')
  const slips = plain.length < 3 ? 0 : plain.length < 7 ? 1 : 2
  let [nearest, fewest] = [null as string | null, slips + 1]
  for (const each of known) {
    const count = distance(plain, each)
    if (count < fewest && each !== keyword) [nearest, fewest] = [each, count]
  }
  return nearest === null ? null : shownKeyword(nearest)
}

/** Counts letters to change, add, remove or swap with their neighbor, up to 3. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_none, at) => at)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? (before[j - 2] as number) + 1 : 3
      next.push(Math.min(change, swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    before = row
    row = next
  }
  return row[b.length] as number
}

/** Returns a keyword as spelled in the manual; unchanged if it is not known. */
export function shownKeyword(keyword: string): string {
  return spelled.get(keyword) ?? keyword
}

const spelled = new Map(
  `AddressFamily BatchMode BindAddress CanonicalDomains CanonicalizeFallbackLocal CanonicalizeHostname
  CanonicalizeMaxDots CertificateFile CheckHostIP Ciphers ClearAllForwardings Compression ConnectionAttempts
  ConnectTimeout DynamicForward ExitOnForwardFailure ForwardAgent GatewayPorts GlobalKnownHostsFile HashKnownHosts
  HostKeyAlgorithms HostKeyAlias HostName IdentitiesOnly IdentityAgent IdentityFile KbdInteractiveAuthentication
  KexAlgorithms LocalForward LogLevel MACs NoHostAuthenticationForLocalhost NumberOfPasswordPrompts
  PasswordAuthentication Port PreferredAuthentications ProxyCommand ProxyJump PubkeyAcceptedAlgorithms
  PubkeyAuthentication RemoteCommand RemoteForward RequestTTY SendEnv ServerAliveCountMax ServerAliveInterval
  SessionType SetEnv StrictHostKeyChecking Tag TCPKeepAlive UpdateHostKeys User UserKnownHostsFile AddKeysToAgent
  BindInterface CanonicalizePermittedCNAMEs ForwardX11 GSSAPIAuthentication GSSAPIDelegateCredentials
  HostbasedAuthentication KnownHostsCommand LocalCommand PermitLocalCommand PKCS11Provider ProxyUseFdpass RekeyLimit
  RevokedHostKeys SecurityKeyProvider Tunnel UseKeychain VerifyHostKeyDNS Include Host Match CASignatureAlgorithms
  ChannelTimeout ControlMaster ControlPath ControlPersist EnableEscapeCommandline EnableSSHKeysign EscapeChar
  FingerprintHash ForkAfterAuthentication ForwardX11Timeout ForwardX11Trusted HostbasedAcceptedAlgorithms IgnoreUnknown
  IPQoS KbdInteractiveDevices LogVerbose ObscureKeystrokeTiming PermitRemoteOpen RefuseConnection RequiredRSASize
  StdinNull StreamLocalBindMask StreamLocalBindUnlink SyslogFacility TunnelDevice VersionAddendum VisualHostKey
  WarnWeakCrypto XAuthLocation`
    .split(/\s+/)
    .map(name => [name.toLowerCase(), name]),
)
