import { AppError } from '../../shared/base/errors.ts'
import { printForwardSpec } from '../../shared/base/forward-spec.ts'
import { parseJumps } from '../../shared/base/jumps.ts'
import { parseSshCommand } from '../../shared/base/ssh-command.ts'
import { isSshUrl } from '../../shared/base/ssh-url.ts'
import type { ImportFormat, ImportPreview } from '../../shared/contract/imports.ts'
import { buildProgram, namedHosts } from '../ssh-config/config-program.ts'
import { parseConfig } from '../ssh-config/config-text.ts'
import { resolveHost } from '../ssh-config/resolve.ts'
import type { ResolvedHost } from '../ssh-config/resolved.ts'
import type { LocalFacts } from '../ssh-config/tokens.ts'
import { readCsv } from './csv.ts'
import { readExport } from './export-format.ts'
import { Collector, type Draft, type Found } from './imported.ts'
import { readKnownHostsNames } from './known-hosts-names.ts'
import { readMobaXterm } from './mobaxterm.ts'
import { readPuttyRegistry } from './putty.ts'
import { readWinScp } from './winscp.ts'

/** Reads a text in any supported format, detected by its content. Errors: `invalid-input` for an unknown format. */
export function readImport(text: string, facts: LocalFacts): ImportPreview {
  const plain = text.replace(/^\uFEFF/, '')
  const [format, found] = read(plain, facts) ?? []
  if (format === undefined || found === undefined)
    throw new AppError(
      'invalid-input',
      'Unknown format. Hawser imports ssh commands, ssh_config, known_hosts, PuTTY registry exports, WinSCP.ini, MobaXterm sessions, CSV with an address column, and its own exports.',
    )
  if (found.hosts.length === 0 && found.skipped.length === 0)
    throw new AppError('invalid-input', 'No hosts were found in this file. Choose another file.')
  return { format, hosts: found.hosts, skipped: found.skipped.slice(0, 200) }
}

function read(text: string, facts: LocalFacts): readonly [ImportFormat, Found] | null {
  if (/\\PuTTY\\Sessions/i.test(text)) return ['putty', readPuttyRegistry(text)]
  if (/^\[Sessions\\/m.test(text)) return ['winscp', readWinScp(text)]
  if (/^\[Bookmarks(_\d+)?\]/m.test(text)) return ['mobaxterm', readMobaXterm(text)]
  if (/^\s*\{/.test(text)) {
    const own = readExport(text)
    return own && ['hawser', own]
  }
  const isCommand = /^\s*(\S*\/)?ssh\s/.test(text) || isSshUrl(text.trim())
  if (isCommand && !/\n\s*\S/.test(text.trim().replace(/\\\r?\n/g, ' '))) return ['ssh', readCommand(text)]
  if (/^[ \t]*(Host|Match)[ \t=]+[^\s,]+([ \t]+[^\s,]+)*[ \t]*(#.*)?\r?$/im.test(text))
    return ['ssh-config', readConfigText(text, facts)]
  const known = readKnownHostsNames(text)
  if (known) return ['known-hosts', known]
  const csv = readCsv(text)
  return csv && [csv.isTermius ? 'termius' : 'csv', csv]
}

/** Reads a whole `ssh -i key -p 22 -J a,b user@host -L ...` as a host with all its options. */
export function readCommand(line: string): Found {
  const parsed = parseSshCommand(line.trim())
  if (!parsed.ok) throw new AppError('invalid-input', parsed.message)
  const { destination, jumps, keyFile, forwards, forwardAgent, left } = parsed.command
  const collect = new Collector()
  collect.add({
    address: destination.address,
    port: destination.port,
    user: destination.user ?? '',
    keyFile: keyFile ?? '',
    jumps: jumps.map(({ address, port, user }) => ({ address, port, user })),
    forwardAgent,
    forwards: forwards.map(printForwardSpec),
    notes: left.length > 0 ? [`ignored: ${left.join(' ')}`] : [],
  })
  return collect.found
}

/** Converts a config host to a draft of a saved host; unsupported settings are noted. */
export function draftOf(host: ResolvedHost): Draft {
  const flags = { local: 'L', remote: 'R', dynamic: 'D' } as const
  return {
    label: host.name,
    address: host.hostName,
    port: host.port,
    user: host.userGiven ? host.user : '',
    keyFile: host.identityFiles[0] ?? '',
    jumps: host.proxyJump === '' ? [] : (parseJumps(host.proxyJump) ?? []),
    forwardAgent: host.forwardAgent !== 'no',
    forwards: host.forwards.map(({ kind, spec }) => `-${flags[kind]} ${spec}`),
    notes: [
      ...(host.proxyCommand === null ? [] : ['ProxyCommand ignored']),
      ...(host.identityFiles.length > 1 ? ['only the first IdentityFile was imported'] : []),
    ],
  }
}

/** Rejects what ssh would reject: an unreadable line may be the start of another host. */
function readConfigText(text: string, facts: LocalFacts): Found {
  const program = buildProgram([{ path: 'the text', text, system: false, includes: new Map() }], facts.env)
  const [refused] = program.notes
  if (refused)
    throw new AppError(
      'invalid-input',
      `Line ${refused.line}: ${refused.text}. ssh would refuse this file. Correct the line and import it again.`,
    )
  const collect = new Collector()
  const answers = { exec: () => false, resolves: () => false }
  for (const name of namedHosts(program).keys()) {
    const host = resolveHost(program, { name, facts, answers })
    const [problem] = host.problems
    if (problem) collect.skip(`${name}: line ${problem.line}: ${problem.text}`)
    else collect.add(draftOf(host))
  }
  for (const { keyword, number } of parseConfig(text))
    if (keyword === 'include') collect.skip(`Line ${number}: Include is not followed. Import the included file too`)
  return collect.found
}
