import { createHash } from 'node:crypto'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import {
  address,
  host as hostSchema,
  hostNotes,
  userName,
  type ConfigChanges,
  type ConfigOverview,
  type ConfiguredHost,
  type Host,
  type HostId,
  type HostNotes,
} from '../../shared/contract/hosts.ts'
import { editSection, type ConfigChange } from '../ssh-config/config-edit.ts'
import type { Statement } from '../ssh-config/config-program.ts'
import { parseConfig, splitArguments } from '../ssh-config/config-text.ts'
import { shownKeyword } from '../ssh-config/keywords.ts'
import type { LiveConfig } from '../ssh-config/live-config.ts'
import type { ResolvedHost } from '../ssh-config/resolved.ts'
import { weakWished } from '../ssh/algorithms.ts'
import { optionsOf } from '../ssh/hop-options.ts'

// The page and the palette show no more; all hosts can still be connected to by name.
const maxShown = 2_000

/** The hosts that the user's SSH config names, like saved hosts. */
export class ConfigHosts {
  readonly #config: LiveConfig
  #names: ReadonlyMap<HostId, { readonly name: string; readonly at: Statement }> | undefined

  constructor(config: LiveConfig) {
    this.#config = config
    config.onChanged(() => (this.#names = undefined))
  }

  nameOf(id: HostId): string | null {
    return this.#all().get(id)?.name ?? null
  }

  list(notesOf: (name: string) => HostNotes | undefined): readonly Host[] {
    return [...this.#all()].slice(0, maxShown).map(([id, { name }]) => this.#host(id, name, notesOf(name)))
  }

  resolved(): readonly { readonly id: HostId; readonly found: ResolvedHost }[] {
    return [...this.#all()].slice(0, maxShown).map(([id, { name }]) => ({ id, found: this.#config.resolve(name) }))
  }

  overview(): ConfigOverview {
    const all = [...this.#all()]
    return {
      path: this.#config.path,
      notes: this.#config.notes,
      left: Math.max(0, all.length - maxShown),
      hosts: Object.fromEntries(all.slice(0, maxShown).map(([id, entry]) => [id, this.#configured(entry)])),
    }
  }

  /** Changes the section of a host. Errors: `not-found`, `invalid-input` if another line would win, `changed`. */
  async edit(id: HostId, changes: ConfigChanges): Promise<void> {
    await this.#config.refresh()
    const entry = this.#all().get(id)
    if (!entry) throw new AppError('not-found', 'This host is no longer in the SSH config.')
    const lines = linesOf(changes)
    const { name, at } = entry
    await this.#config.edit(
      at.path,
      text => editSection(text, lineOf(text, name) ?? at.line, lines),
      resolve => checkEdited(resolve(name), lines),
    )
  }

  #all() {
    this.#names ??= new Map([...this.#config.names()].map(([name, at]) => [idOf(name), { name, at }]))
    return this.#names
  }

  #host(id: HostId, name: string, notes: HostNotes | undefined): Host {
    const found = this.#config.resolve(name)
    return {
      ...hostSchema.parse({ id, label: cleanLine(name, 128) || '?', address: 'x' }),
      // An invalid address is shown unchanged; dialing reports what is wrong.
      address: address.safeParse(found.hostName).success ? found.hostName : name,
      port: found.port === 22 ? null : found.port,
      user: found.userGiven && userName.safeParse(found.user).success ? found.user : null,
      keyFile: found.identityFiles[0] ?? null,
      forwardAgent: found.forwardAgent !== 'no',
      ...(notes ?? hostNotes.parse({})),
    }
  }

  #configured({ name, at }: { name: string; at: Statement }): ConfiguredHost {
    const found = this.#config.resolve(name)
    return {
      name,
      path: at.path,
      line: at.line,
      alsoNames: (splitArguments(at.rest) ?? []).filter(other => other !== name),
      jumps: found.proxyJump,
      proxyCommand: found.proxyCommand,
      weak: weakWished(optionsOf({ ...found, proxyCommand: null }).algorithms),
      ignoredOptions: found.ignoredOptions,
      problem: found.problems[0] ?? null,
      unsure: found.pending.some(({ kind }) => kind === 'exec'),
    }
  }
}

/** Returns the ID of a host in the config, which is derived from its name and so survives restarts (RFC 9562, 5.8). */
function idOf(name: string): HostId {
  const hex = createHash('sha256').update(`ssh_config ${name}`).digest('hex')
  const variant = ((parseInt(hex[16] as string, 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-') as HostId
}

function linesOf(changes: ConfigChanges): readonly ConfigChange[] {
  const { hostName, port, user, identityFile, proxyJump, forwardAgent } = changes
  const all: readonly (readonly [string, string | number | null | undefined])[] = [
    ['hostname', hostName],
    ['port', port],
    ['user', user],
    ['identityfile', identityFile],
    ['proxyjump', proxyJump],
    ['forwardagent', forwardAgent],
  ]
  return all.flatMap(([keyword, value]): ConfigChange[] =>
    value === undefined ? [] : [[keyword, value === null ? null : String(value)]],
  )
}

/** Returns the current line of the section that defines a name. */
function lineOf(text: string, name: string): number | undefined {
  return parseConfig(text).find(
    ({ keyword, rest }) => keyword === 'host' && splitArguments(rest)?.includes(name) === true,
  )?.number
}

/** Checks that an edit takes effect: the first value of a keyword counts, so an earlier one would win. */
function checkEdited(host: ResolvedHost, lines: readonly ConfigChange[]): void {
  const [problem] = host.problems
  if (problem) throw new AppError('invalid-input', `${problem.path}, line ${problem.line}: ${problem.text}.`)
  const holds: Readonly<Record<string, string>> = {
    hostname: host.hostName,
    port: String(host.port),
    user: host.user,
    proxyjump: host.proxyJump,
    forwardagent: host.forwardAgent,
  }
  for (const [keyword, value] of lines) {
    const now = holds[keyword]
    if (value === null) {
      const left = host.from.get(keyword)
      if (left)
        throw new AppError(
          'invalid-input',
          `Line ${left.line} of ${left.path} also sets ${shownKeyword(keyword)}, so it would not be empty. Change it there.`,
        )
      continue
    }
    const wanted = value.toLowerCase() === 'none' ? '' : value.toLowerCase()
    if (now === undefined || now.toLowerCase() === wanted) continue
    // A name completed by a domain differs from the typed one.
    if (keyword === 'hostname' && host.from.has('canonicalizehostname')) continue
    const at = host.from.get(keyword)
    const where = at ? `Line ${at.line} of ${at.path}` : 'Another line'
    throw new AppError(
      'invalid-input',
      `${where} sets ${shownKeyword(keyword)} first, so it would stay ${now}. Change it there.`,
    )
  }
}
