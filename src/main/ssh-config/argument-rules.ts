import { unknownAlgorithm, type AlgorithmKind } from './algorithm-names.ts'
import { lowerAscii, splitArguments } from './config-text.ts'
import { isForward } from './forward-rule.ts'
import { isDomain, isJumpList, jumpList } from './jump-rule.ts'
import { parsePort, parseTime, parseWhole } from './number-formats.ts'
import { expandVariables, ExpansionError, type LocalFacts } from './tokens.ts'

type Env = LocalFacts['env']

/** Returns what is wrong with a keyword's arguments, in words for the user; null if nothing is. */
type Rule = (args: readonly string[], line: { readonly rest: string; readonly env: Env }) => string | null

/**
 * Returns why OpenSSH would refuse a line of a known keyword, whatever host is dialed and whether its section applies
 * or not; null if it accepts the line. Follows `process_config_line_depth` of readconf.c, 9.2 to 10.5: a line that one
 * of these versions accepts is accepted. Host, Match and Include are checked by the program. `env` is the environment
 * for `${NAME}`.
 */
export function argumentFault(keyword: string, rest: string, env: Env): string | null {
  if (rest === '') return 'missing argument'
  const args = splitArguments(rest)
  if (args === null) return 'unclosed quotation mark'
  return rules.get(keyword)?.(args, { rest, env }) ?? null
}

const anything: Rule = () => null

const text = one(() => null)

function choice(...words: readonly string[]): Rule {
  const known = new Set(words)
  return one(arg => (known.has(lowerAscii(arg)) ? null : `“${arg}” is not one of ${words.join(', ')}`))
}

const flag = choice('yes', 'no', 'true', 'false')

const integer = one(arg => (parseWhole(arg) === null ? `“${arg}” is not a number` : null))

const time = one(arg => (arg === 'none' || parseTime(arg) !== null ? null : `“${arg}” is not a valid time`))

const port = one(arg => (parsePort(arg) === null ? `“${arg}” is not a port number from 1 to 65535` : null))

function algorithms(kind: AlgorithmKind): Rule {
  return one(arg => {
    const unknown = unknownAlgorithm(kind, arg)
    return unknown === null ? null : `“${unknown}” is not an OpenSSH algorithm`
  })
}

/**
 * Checks any number of arguments; `none` must be the only one. No arguments at all, as with just a comment, set
 * nothing.
 */
function list(check: (arg: string) => string | null = () => null, alone = ['none']): Rule {
  return args => {
    for (const arg of args) {
      const isAlone = alone.includes(lowerAscii(arg))
      if (isAlone && args.length > 1) return `“${arg}” can’t be combined with other values`
      const fault = isAlone ? null : arg === '' ? 'empty argument' : check(arg)
      if (fault !== null) return fault
    }
    return null
  }
}

const agentPath: (arg: string, env: Env) => string | null = (arg, env) => {
  if (/^\$(?!\{)/.test(arg) && !/^\$[A-Za-z0-9_]+$/.test(arg)) return `“${arg}” is not a valid variable name`
  try {
    expandVariables(arg, env)
    return null
  } catch (error) {
    if (error instanceof ExpansionError) return error.message
    throw error
  }
}

const forwardAgent = one((arg, env) => (/^(yes|no|true|false)$/i.test(arg) ? null : agentPath(arg, env)))

function forward(kind: Parameters<typeof isForward>[0]): Rule {
  const most = kind === 'dynamicforward' ? 1 : 2
  return (args, { env }) => {
    if (args.length === 0 || args[0] === '') return 'missing argument'
    if (kind === 'localforward' && (args[1] ?? '') === '') return 'missing destination'
    if (args.length > most) return tooMany(args[most] as string)
    return isForward(kind, args, env) ? null : `“${args.join(' ')}” is not a valid forwarding specification`
  }
}

const proxyJump: Rule = (_args, { rest }) => {
  const hops = jumpList(rest)
  return isJumpList(hops) ? null : `“${hops}” is not a comma-separated list of hosts`
}

const rekeyLimit: Rule = args => {
  const [size = '', interval, extra] = args
  const amount = /^\s*[+-]?(\d+(?:\.\d*)?|\.\d+)([bkmgtpe]?)$/i.exec(size)
  const isTooSmall = amount?.[2] === '' && Number(amount[1]) > 0 && Number(amount[1]) < 16
  if (size === '' || (size !== 'default' && (!amount || isTooSmall))) return `“${size}” is not a valid size`
  if (interval !== undefined && interval !== 'none' && parseTime(interval) === null)
    return `“${interval}” is not a valid time`
  return extra === undefined ? null : tooMany(extra)
}

const addKeysToAgent: Rule = args => {
  const [first = '', life, extra] = args
  const word = lowerAscii(first)
  const isChoice = ['yes', 'no', 'true', 'false', 'ask', 'confirm'].includes(word)
  if (extra !== undefined) return tooMany(extra)
  if (life === undefined) return isChoice || parseTime(first) !== null ? null : `“${first}” is not a time, yes or no`
  return word === 'confirm' && parseTime(life) !== null ? null : `“${first} ${life}” is not valid`
}

const controlPersist = one(arg =>
  ['yes', 'no', 'true', 'false'].includes(arg) || parseTime(arg) !== null ? null : `“${arg}” is not a time, yes or no`,
)

const escapeChar = one(arg =>
  arg === 'none' || Buffer.byteLength(arg) === 1 || /^\^[@-\x7f]$/.test(arg)
    ? null
    : `“${arg}” is not a single character`,
)

const tunnelDevice = one(arg => {
  const ends = arg.split(':')
  const isEnd = (end: string) => lowerAscii(end) === 'any' || parseWhole(end) !== null
  return ends.length <= 2 && ends.every(isEnd) ? null : `“${arg}” is not a valid tunnel device`
})

const serviceClasses = new Set(
  `none af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 af42 af43 cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 ef le va lowdelay
  throughput reliability`.split(/\s+/),
)

const ipQos: Rule = args => {
  const wrong = args.find(arg => !serviceClasses.has(lowerAscii(arg)) && !isSmallNumber(arg))
  if (wrong !== undefined) return `“${wrong}” is not a valid IPQoS class`
  if (args.length === 0) return 'missing argument'
  return args.length > 2 ? tooMany(args[2] as string) : null
}

function isSmallNumber(text: string): boolean {
  return /^(0[xX][0-9a-fA-F]{1,4}|\d{1,6})$/.test(text) && Number(text) <= 255
}

const mask = one(arg => {
  const digits = /^\s*\+?([0-7]+)/.exec(arg)
  return digits && parseInt(digits[1] as string, 8) <= 0o777 ? null : `“${arg}” is not a valid octal mask`
})

const sendEnv = list(arg => (arg.includes('=') ? 'a variable name can’t contain “=”' : null), [])
const setEnv: Rule = args => {
  const wrong = args.find(arg => !arg.includes('='))
  return wrong === undefined ? null : `“${wrong}” has no “=”`
}

const domains = list(arg => (isDomain(arg) ? null : `“${arg}” is not a valid domain`))
const cnames = list(arg =>
  arg === '*' || /^[^:]*:./s.test(arg) ? null : `“${arg}” is not a valid source:target pair of domains`,
)
const remoteOpen: Rule = (args, line) => {
  if (args.length === 0) return 'missing argument'
  const isPlace = (arg: string) => {
    const found = /^(\[[^\]]*\]|[^:/]*)[:/](.*)$/s.exec(arg)
    return found !== null && (found[2] === '*' || parsePort(found[2] as string) !== null)
  }
  return list(arg => (isPlace(arg) ? null : `“${arg}” is not host:port`), ['none', 'any'])(args, line)
}

const keystrokes = one(arg => {
  const interval = parseWhole(/^interval:(.*)$/s.exec(arg)?.[1] ?? '', 1000)
  return /^(yes|no|true|false)$/.test(arg) || (interval !== null && interval > 0) ? null : `“${arg}” is not valid`
})

const channelTimeout = list(arg => {
  const [, seconds = ''] = /^[^=]+=(.*)$/s.exec(arg) ?? []
  return seconds !== '' && (seconds === 'none' || parseTime(seconds) !== null) ? null : `“${arg}” is not type=time`
})

const logLevel = choice('silent', 'quiet', 'fatal', 'error', 'info', 'verbose', 'debug', 'debug1', 'debug2', 'debug3')
const facility = choice(
  ...['daemon', 'user', 'auth', 'authpriv'],
  ...Array.from({ length: 8 }, (_none, number) => `local${number}`),
)

/** Checks exactly one non-empty argument. */
function one(check: (arg: string, env: Env) => string | null): Rule {
  return ([arg = '', extra], { env }) => {
    if (arg === '') return 'missing argument'
    return check(arg, env) ?? (extra === undefined ? null : tooMany(extra))
  }
}

function tooMany(extra: string): string {
  return `extra argument “${extra}”. Put values with spaces in quotation marks`
}

const rules: ReadonlyMap<string, Rule> = new Map([
  ...each(anything, 'proxycommand remotecommand localcommand knownhostscommand versionaddendum'),
  ...each(
    flag,
    `batchmode canonicalizefallbacklocal checkhostip clearallforwardings enableescapecommandline enablesshkeysign
    exitonforwardfailure forkafterauthentication forwardx11 forwardx11trusted gatewayports gssapiauthentication
    gssapidelegatecredentials gssapikeyexchange gssapirenewalforcesrekey gssapitrustdns hashknownhosts
    hostbasedauthentication identitiesonly kbdinteractiveauthentication nohostauthenticationforlocalhost
    passwordauthentication permitlocalcommand proxyusefdpass stdinnull streamlocalbindunlink tcpkeepalive usekeychain
    visualhostkey`,
  ),
  ...each(
    text,
    `bindaddress bindinterface certificatefile controlpath gssapiclientidentity gssapikexalgorithms
    gssapiserveridentity hostkeyalias hostname identityfile ignoreunknown kbdinteractivedevices pkcs11provider
    preferredauthentications refuseconnection securitykeyprovider tag user xauthlocation`,
  ),
  ...each(time, 'connecttimeout forwardx11timeout serveraliveinterval'),
  ...each(
    integer,
    'canonicalizemaxdots connectionattempts numberofpasswordprompts requiredrsasize serveralivecountmax',
  ),
  ...each(algorithms('cipher'), 'ciphers'),
  ...each(algorithms('mac'), 'macs'),
  ...each(algorithms('kex'), 'kexalgorithms'),
  ...each(
    algorithms('key'),
    'hostkeyalgorithms casignaturealgorithms hostbasedacceptedalgorithms pubkeyacceptedalgorithms',
  ),
  ...each(list(), 'globalknownhostsfile userknownhostsfile logverbose revokedhostkeys'),
  ['addkeystoagent', addKeysToAgent],
  ['addressfamily', choice('inet', 'inet6', 'any')],
  ['canonicaldomains', domains],
  ['canonicalizehostname', choice('yes', 'no', 'true', 'false', 'always')],
  ['canonicalizepermittedcnames', cnames],
  ['channeltimeout', channelTimeout],
  ['compression', choice('yes', 'no')],
  ['controlmaster', choice('yes', 'no', 'true', 'false', 'auto', 'ask', 'autoask')],
  ['controlpersist', controlPersist],
  ['dynamicforward', forward('dynamicforward')],
  ['escapechar', escapeChar],
  ['fingerprinthash', choice('md5', 'sha1', 'sha256', 'sha384', 'sha512')],
  ['forwardagent', forwardAgent],
  ['identityagent', one(agentPath)],
  ['ipqos', ipQos],
  ['localforward', forward('localforward')],
  ['loglevel', logLevel],
  ['obscurekeystroketiming', keystrokes],
  ['permitremoteopen', remoteOpen],
  ['port', port],
  ['proxyjump', proxyJump],
  ['pubkeyauthentication', choice('yes', 'no', 'true', 'false', 'unbound', 'host-bound')],
  ['rekeylimit', rekeyLimit],
  ['remoteforward', forward('remoteforward')],
  ['requesttty', choice('yes', 'no', 'true', 'false', 'force', 'auto')],
  ['sendenv', sendEnv],
  ['sessiontype', choice('none', 'subsystem', 'default')],
  ['setenv', setEnv],
  ['streamlocalbindmask', mask],
  ['stricthostkeychecking', choice('yes', 'no', 'true', 'false', 'ask', 'off', 'accept-new')],
  ['syslogfacility', facility],
  ['tunnel', choice('yes', 'no', 'true', 'false', 'point-to-point', 'ethernet')],
  ['tunneldevice', tunnelDevice],
  ['updatehostkeys', choice('yes', 'no', 'true', 'false', 'ask')],
  ['verifyhostkeydns', choice('yes', 'no', 'true', 'false', 'ask')],
  ['warnweakcrypto', choice('yes', 'no', 'true', 'false', 'no-pq-kex')],
])

function each(rule: Rule, keywords: string): readonly (readonly [string, Rule])[] {
  return keywords.split(/\s+/).map(keyword => [keyword, rule] as const)
}
