/** How the arguments of a keyword are read, and which of several lines count. */
export type KeywordKind =
  /** One argument; the first line counts. */
  | 'word'
  /** All arguments of the first line. */
  | 'words'
  /** The rest of the first line as it stands. */
  | 'command'
  /** One argument of each line. */
  | 'each'
  /** Two arguments of each line. */
  | 'forward'
  /** All arguments of all lines. */
  | 'environment'

/** The keywords that are honoured. What is not here is told on the host, never passed over in silence. */
export const honoured: ReadonlyMap<string, KeywordKind> = new Map([
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

/** Older names that OpenSSH still reads. */
export const olderNames: ReadonlyMap<string, string> = new Map([
  ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
  ['skeyauthentication', 'kbdinteractiveauthentication'],
  ['tisauthentication', 'kbdinteractiveauthentication'],
  ['dsaauthentication', 'pubkeyauthentication'],
  ['identityfile2', 'identityfile'],
  ['keepalive', 'tcpkeepalive'],
  ['pubkeyacceptedkeytypes', 'pubkeyacceptedalgorithms'],
])

/** Why a keyword is not honoured. An empty reason: it changes nothing that a person of Hawser would see. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['addkeystoagent', 'keys are put into the agent on the Keys page'],
  ['bindinterface', 'use BindAddress'],
  ['canonicalizepermittedcnames', 'names are not followed through CNAME records'],
  ['casignaturealgorithms', 'certificates are not supported yet'],
  ['channeltimeout', 'channels stay open'],
  ['controlmaster', ''],
  ['controlpath', ''],
  ['controlpersist', ''],
  ['enableescapecommandline', ''],
  ['enablesshkeysign', 'host-based sign-in is not supported'],
  ['escapechar', ''],
  ['fingerprinthash', ''],
  ['forkafterauthentication', ''],
  ['forwardx11', 'X11 is not forwarded'],
  ['forwardx11timeout', ''],
  ['forwardx11trusted', ''],
  ['gssapiauthentication', 'GSSAPI (Kerberos) is not supported'],
  ['gssapidelegatecredentials', 'GSSAPI (Kerberos) is not supported'],
  ['hostbasedacceptedalgorithms', 'host-based sign-in is not supported'],
  ['hostbasedauthentication', 'host-based sign-in is not supported'],
  ['ipqos', ''],
  ['kbdinteractivedevices', ''],
  ['knownhostscommand', 'host keys are looked up in known_hosts files only'],
  ['localcommand', 'no command is run on this computer'],
  ['logverbose', ''],
  ['obscurekeystroketiming', 'keystrokes are not hidden among others'],
  ['permitlocalcommand', 'no command is run on this computer'],
  ['permitremoteopen', 'remote dynamic forwards are not supported'],
  ['pkcs11provider', 'smart cards work through the agent only'],
  ['proxyusefdpass', 'ProxyCommand carries the bytes itself here'],
  ['refuseconnection', 'it is for newer OpenSSH'],
  ['rekeylimit', 'the server decides when keys are renewed'],
  ['requiredrsasize', 'RSA keys of any size are taken'],
  ['revokedhostkeys', 'such a list is not read. Mark revoked keys with @revoked in known_hosts'],
  ['securitykeyprovider', 'security keys (FIDO) are not supported yet'],
  ['stdinnull', ''],
  ['streamlocalbindmask', ''],
  ['streamlocalbindunlink', ''],
  ['syslogfacility', ''],
  ['tunnel', 'network tunnels are not supported'],
  ['tunneldevice', ''],
  ['usekeychain', 'passphrases are remembered in the vault'],
  ['verifyhostkeydns', 'DNS does not vouch for host keys'],
  ['versionaddendum', ''],
  ['visualhostkey', ''],
  ['warnweakcrypto', ''],
  ['xauthlocation', ''],
])

/**
 * What to say of a keyword that is not honoured: null where there is nothing to say. Values that ask for nothing
 * (`no`, `none`) need no word.
 */
export function whyNotHonoured(keyword: string, value: string): string | null {
  const reason = reasons.get(keyword)
  if (reason === undefined) return 'Hawser does not know this keyword'
  return reason === '' || /^(no|none|false|off)$/i.test(value) ? null : reason
}

/** The keyword that one with a slip or two was meant to be: ssh refuses it, and it may be one that guards. Null for others. */
export function misspelled(keyword: string): string | null {
  if (honoured.has(keyword) || reasons.has(keyword) || olderNames.has(keyword) || keyword.length < 4) return null
  const slips = keyword.length < 7 ? 1 : 2
  return [...honoured.keys()].find(known => distance(keyword, known) <= slips) ?? null
}

/** Letters to change, add or leave out, up to 3. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_none, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** True for a keyword that OpenSSH has, whether it is honoured here or not. */
export function isKeyword(keyword: string): boolean {
  return (
    honoured.has(keyword) || reasons.has(keyword) || olderNames.has(keyword) || /^(host|match|include)$/.test(keyword)
  )
}

/** How a keyword is written in manuals; its own letters where it is not known. */
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
  RevokedHostKeys SecurityKeyProvider Tunnel UseKeychain VerifyHostKeyDNS Include Host Match`
    .split(/\s+/)
    .map(name => [name.toLowerCase(), name]),
)
