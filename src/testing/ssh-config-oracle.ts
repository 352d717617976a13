import { execFile } from 'node:child_process'
import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { applySpec } from '../main/ssh-config/algorithm-spec.ts'
import { buildProgram } from '../main/ssh-config/config-program.ts'
import { readConfigs } from '../main/ssh-config/config-reading.ts'
import { resolveHost } from '../main/ssh-config/resolve.ts'
import type { ForwardLine, ResolvedHost } from '../main/ssh-config/resolved.ts'
import { expandPath, ExpansionError, type LocalFacts } from '../main/ssh-config/tokens.ts'
import { parseForwardSpec, type SpecEnd } from '../shared/base/forward-spec.ts'

const run = promisify(execFile)

const facts: LocalFacts = {
  user: userInfo().username,
  uid: userInfo().uid,
  home: homedir(),
  hostName: hostname(),
  sshFolder: join(homedir(), '.ssh'),
  env: process.env,
}

/** Hawser's result for a config in the format of ssh -G; the lines are null if it refuses to dial. */
export interface OurAnswer {
  readonly lines: readonly string[] | null
  /** The place and reason of a refusal. */
  readonly problem: string | null
}

/** The installed ssh, as the reference for configs. */
export class SshConfigOracle {
  /** The output of ssh without any config. */
  readonly #usual: ReadonlyMap<string, readonly string[]>

  private constructor(usual: readonly string[]) {
    this.#usual = byKeyword(usual)
  }

  static async open(): Promise<SshConfigOracle> {
    return new SshConfigOracle((await askSsh('/dev/null', 'a')) ?? [])
  }

  /** Returns both results for one name and the supported keywords, normalized so that equal results have equal text. */
  async compare(file: string, name: string): Promise<{ theirs: readonly string[] | null; ours: OurAnswer }> {
    const theirs = await askSsh(file, name)
    const reading = await readConfigs([{ path: file, system: false }], facts)
    const answers = { exec: () => undefined, resolves: () => false }
    const host = resolveHost(buildProgram(reading.sources, facts.env), { name, facts, answers })
    const [problem] = [...reading.notes, ...host.problems]
    const said = problem ? `line ${problem.line}: ${problem.text}` : null
    const bytes = bytesOf(await readFile(file))
    return {
      theirs: theirs && normal(expanded(theirs, { host, usual: this.#usual, bytes })),
      ours: { lines: problem ? null : normal(this.#print(host).map(bytes)), problem: said },
    }
  }

  #print(host: ResolvedHost): readonly string[] {
    const own = printed(host, this.#usual)
    const all = host.identityFiles.length > 0 ? own : [...own, ...(this.#usual.get('identityfile') ?? [])]
    const paths = host.identityFiles.map(each => `identityfile ${each}`)
    const certificates = host.certificateFiles.map(each => `certificatefile ${each}`)
    return [...all, ...paths, ...certificates]
  }
}

/** One character per byte, as printed by ssh. */
function bytesOf(file: Buffer): (text: string) => string {
  return text => (isUtf8(file) ? Buffer.from(text).toString('latin1') : text)
}

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
  // Debian's ssh uses 300 s in batch mode.
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
  const options = { timeout: 10_000, encoding: 'latin1' } as const
  const found = await run('ssh', ['-G', '-F', file, host], options).catch(() => null)
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

/** A value that ssh prints in a form that its own parser would misread is compared as printed. */
function normal(lines: readonly string[]): readonly string[] {
  // Newer OpenSSH includes the jump host in the hash %C.
  const jumps = lines.some(line => line.startsWith('proxyjump '))
  return lines
    .filter(line => !(jumps && /^identityagent \/tmp\/[0-9a-f]{40}$/.test(line)))
    .map(line => line.replace(/^(pubkeyauthentication|forwardagent) (yes|true)$/, '$1 true'))
    .map(line =>
      line.replace(/^(\w+) (.*)$/, (_all, keyword: string, value: string) => `${keyword} ${value.trimEnd()}`),
    )
    .sort()
}

/** ssh -G prints identity and certificate files before expanding them. */
function expanded(
  lines: readonly string[],
  {
    host,
    usual,
    bytes,
  }: { host: ResolvedHost; usual: ReadonlyMap<string, readonly string[]>; bytes: (text: string) => string },
): readonly string[] {
  const { name, hostName, port, user } = host
  const values = { name, hostName: bytes(hostName), port, user: bytes(user), jumpHost: '' }
  const full = { ...values, keyAlias: bytes(host.hostKeyAlias ?? name), local: facts }
  return lines.map(line => {
    const found = /^(identityfile|certificatefile) (.*)$/s.exec(line)
    if (!found || (usual.get('identityfile') ?? []).includes(line)) return line
    try {
      return `${found[1]} ${expandPath(found[2] as string, full)}`
    } catch (error) {
      if (error instanceof ExpansionError) return line
      throw error
    }
  })
}
