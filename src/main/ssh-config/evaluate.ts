import { isIP } from 'node:net'

import { lowerAscii, splitArguments } from './config-text.ts'
import type { ConfigNote, ConfigProgram, Section, Statement } from './config-program.ts'
import { supportedKeywords, isKeyword, olderNames, shownKeyword, whyIgnored } from './keywords.ts'
import { jumpList } from './jump-rule.ts'
import { isInNetworks, type Criterion } from './match-criteria.ts'
import { matchesHost, matchesList, matchesPattern } from './patterns.ts'
import { expandForShell, ExpansionError, type LocalFacts } from './tokens.ts'

/** The setting of one line for a host. */
export interface Setting {
  readonly args: readonly string[]
  readonly at: Statement
}

/** The known answers to questions that need running a command or asking; `undefined` is not known yet. */
export interface Answers {
  /** Whether a `Match exec` command exited with 0. */
  readonly exec: (command: string) => boolean | undefined
  /** Whether the name resolves to an address. */
  readonly resolves: (name: string) => boolean | undefined
}

/** A question that must be resolved before the result is certain. */
export type Pending =
  | { readonly kind: 'exec'; readonly command: string; readonly at: Statement }
  | { readonly kind: 'resolve'; readonly name: string }

/** Options of a command line, which take precedence over every file. */
export interface CommandLine {
  readonly user?: string | null
  readonly port?: number | null
}

/** The inputs of an evaluation, besides the files. */
export interface Known {
  readonly facts: LocalFacts
  readonly answers: Answers
  readonly given?: CommandLine
}

/** Everything that the files define for one name. */
export interface Evaluation {
  readonly name: string
  /** The name after HostName and canonicalization, in lower case. */
  readonly hostName: string
  readonly settings: ReadonlyMap<string, readonly Setting[]>
  readonly pending: readonly Pending[]
  /** True if the result of a command or lookup was used. */
  readonly usedAnswers: boolean
  /** Lines that apply to this name but are not supported. */
  readonly ignoredOptions: readonly ConfigNote[]
  /** Lines that OpenSSH would refuse: nothing may be dialed before they are fixed. */
  readonly problems: readonly ConfigNote[]
}

/**
 * Evaluates the files for a name, as ssh(1) does: the first value of each keyword counts, and a second pass follows if
 * `Match final`, `canonical` or CanonicalizeHostname requires it. Pure: runs and looks up nothing.
 */
export function evaluate(program: ConfigProgram, name: string, known: Known): Evaluation {
  const run = new Run(program, name, known)
  run.pass(name, false)
  run.checkUnknown()
  const canonical = run.canonical()
  if (run.wantsFinal || program.asksFinalPass) run.pass(canonical, true)
  return {
    name,
    hostName: canonical,
    settings: run.settings,
    pending: run.pending,
    usedAnswers: run.usedAnswers,
    ignoredOptions: [...run.ignoredOptions.values()],
    problems: [...program.notes, ...run.problems.values()],
  }
}

const times = new Set(['connecttimeout', 'serveraliveinterval'])

class Run {
  readonly settings = new Map<string, Setting[]>()
  readonly pending: Pending[] = []
  readonly ignoredOptions = new Map<string, ConfigNote>()
  readonly problems = new Map<string, ConfigNote>()
  wantsFinal = false
  readonly #program: ConfigProgram
  readonly #name: string
  readonly #facts: LocalFacts
  readonly #answers: Answers
  readonly #given: CommandLine
  /** True once an answer was used: with another one the rest may differ. */
  usedAnswers = false
  #active = new Map<Section, boolean>()
  #final = false
  #host: string

  constructor(program: ConfigProgram, name: string, { facts, answers, given = {} }: Known) {
    this.#given = given
    this.#program = program
    this.#name = name
    this.#host = name
    this.#facts = facts
    this.#answers = answers
  }

  pass(host: string, final: boolean): void {
    this.#host = host
    this.#final = final
    this.#active = new Map()
    const own = this.#program.byName.get(host) ?? []
    for (const section of inOrder(own, this.#program.anywhere)) {
      if (!this.#isActive(section)) continue
      for (const statement of section.statements) this.#take(statement)
    }
  }

  /** Rejects unknown keywords that no applicable earlier IgnoreUnknown names. */
  checkUnknown(): void {
    const [ignored] = this.settings.get('ignoreunknown') ?? []
    for (const { keyword, order, note } of this.#program.unknown)
      if (!ignored || ignored.at.order > order || !matchesList(keyword, ignored.args[0] ?? '', true))
        this.problems.set(`${note.path}:${note.line}`, note)
  }

  /** Returns the name to dial after HostName and canonicalization. */
  canonical(): string {
    const named = this.#expandHostName(this.#name)
    const host = isIP(named) === 0 ? lowerAscii(named) : named
    const mode = this.#first('canonicalizehostname')?.toLowerCase() ?? 'no'
    if (mode === 'no' || mode === 'false' || mode === 'none') return host
    this.wantsFinal = true
    const proxied = this.#isSet('proxycommand') || this.#isSet('proxyjump')
    if (isIP(host) !== 0 || (proxied && mode !== 'always')) return host
    if (host.endsWith('.')) return host.slice(0, -1)
    const dots = host.split('.').length - 1
    if (dots > Number(this.#first('canonicalizemaxdots') ?? '1')) return host
    const domains = this.settings.get('canonicaldomains')?.[0]?.args ?? []
    for (const domain of domains.filter(each => each.toLowerCase() !== 'none')) {
      const full = `${host}.${domain.replace(/^\./, '')}`
      const found = this.#answers.resolves(full)
      this.usedAnswers = true
      if (found === undefined) this.pending.push({ kind: 'resolve', name: full })
      if (found !== false) return full
    }
    const fallback = this.#first('canonicalizefallbacklocal')?.toLowerCase() ?? 'yes'
    const at = this.settings.get('canonicalizefallbacklocal')?.[0]?.at
    if (/^(no|false)$/.test(fallback) && domains.length > 0 && at) this.#problem(at, `${host} is in no domain`)
    return host
  }

  #first(keyword: string): string | undefined {
    return this.settings.get(keyword)?.[0]?.args[0]
  }

  #isSet(keyword: string): boolean {
    const value = this.#first(keyword)
    return value !== undefined && value.toLowerCase() !== 'none'
  }

  #isActive(section: Section): boolean {
    const known = this.#active.get(section)
    if (known !== undefined) return known
    const active = (section.within === null || this.#isActive(section.within)) && this.#holds(section)
    this.#active.set(section, active)
    return active
  }

  #holds({ condition }: Section): boolean {
    switch (condition.kind) {
      case 'always':
        return true
      case 'continues':
        return this.#isActive(condition.of)
      case 'host':
        return matchesHost(this.#host, condition.patterns)
      case 'match':
        return this.#matches(condition.criteria, condition.at)
    }
  }

  #matches(criteria: readonly Criterion[], at: Statement): boolean {
    let result = criteria.length > 0
    for (const { kind, negated, value } of criteria) {
      if (kind === 'all') {
        if (negated) result = false
      } else if (kind === 'final' || kind === 'canonical') {
        if (this.#final === negated) result = false
      } else if (kind !== 'exec' || result) {
        // A command after a criterion that doesn't match is never run.
        const holds = this.#criterion(kind, value, at)
        if (holds === null || holds === negated) result = false
      }
    }
    return result
  }

  /** Null if it can't be decided. */
  #criterion(kind: string, value: string, at: Statement): boolean | null {
    const { user: localUser } = this.#facts
    switch (kind) {
      case 'host':
        return matchesList(lowerAscii(this.#current()), value, true)
      case 'originalhost':
        return matchesList(lowerAscii(this.#name), value, true)
      case 'user':
        return matchesList(this.#user(), value)
      case 'localuser':
        return matchesList(localUser, value)
      case 'tagged': {
        const tag = this.#first('tag') ?? ''
        return tag === '' ? value === '' : matchesList(tag, value)
      }
      case 'command':
        return value === ''
      case 'sessiontype':
        return matchesList('shell', value)
      case 'exec':
        return this.#exec(value, at)
      case 'localnetwork':
        this.usedAnswers = true
        return isInNetworks(this.#facts.addresses?.() ?? [], value)
      default:
        this.#note(at, `Match ${kind} is not supported, so the section is ignored`)
        return null
    }
  }

  #exec(command: string, at: Statement): boolean | null {
    let expanded: string
    try {
      expanded = expandForShell(command, this.#tokenValues())
    } catch (error) {
      if (error instanceof ExpansionError) this.#problem(at, error.message)
      return null
    }
    const answer = this.#answers.exec(expanded)
    this.usedAnswers = true
    const asked = this.pending.some(each => each.kind === 'exec' && each.command === expanded)
    if (answer === undefined && !asked) this.pending.push({ kind: 'exec', command: expanded, at })
    return answer ?? null
  }

  #tokenValues() {
    const port = this.#given.port ?? Number(this.#first('port') ?? '22')
    return {
      name: this.#name,
      hostName: this.#current(),
      port,
      user: this.#user(),
      jumpHost: '',
      keyAlias: this.#first('hostkeyalias') ?? this.#name,
      local: this.#facts,
    }
  }

  #user(): string {
    return this.#given.user ?? this.#first('user') ?? this.#facts.user
  }

  /** The name as far as known while lines are still being read. */
  #current(): string {
    return this.#final ? this.#host : this.#expandHostName(this.#host)
  }

  #expandHostName(host: string): string {
    const setting = this.settings.get('hostname')?.[0]
    const text = setting?.args[0]
    if (setting === undefined || text === undefined) return host
    try {
      return text.replace(/%(.?)/gs, (_all, letter: string) => {
        if (letter === '%') return '%'
        if (letter !== 'h') throw new ExpansionError(`%${letter} is not a valid token in HostName`)
        return host
      })
    } catch (error) {
      if (error instanceof ExpansionError) this.#problem(setting.at, error.message)
      return host
    }
  }

  #take(at: Statement): void {
    const keyword = olderNames.get(at.keyword) ?? at.keyword
    const kind = supportedKeywords.get(keyword)
    const args = splitArguments(at.rest) ?? []
    if (keyword === 'refuseconnection') return this.#problem(at, args[0] ?? '')
    // The program's notes report errors in a line; a comment instead of arguments sets nothing.
    if (args.length === 0 && kind !== 'command') return
    if (kind === undefined) return this.#takeUnsupported(keyword, at, args[0] as string)
    const before = this.settings.get(keyword)
    switch (kind) {
      case 'word':
      case 'words':
        // OpenSSH's way of saying "not set": a later line still counts.
        if (times.has(keyword) && args[0] === 'none') return
        if (!before) this.settings.set(keyword, [{ args, at }])
        return
      case 'command':
        return this.#takeCommand(keyword, at)
      case 'each':
      case 'forward': {
        const taken = kind === 'each' ? args.slice(0, 1) : args.slice(0, 2)
        const same = before?.some(other => other.args.join('\n') === taken.join('\n'))
        if (same !== true) this.settings.set(keyword, [...(before ?? []), { args: taken, at }])
        return
      }
      case 'environment':
        return this.#takeEnvironment(at, args)
    }
  }

  #takeCommand(keyword: string, at: Statement): void {
    if (this.settings.has(keyword)) return
    const isJump = keyword === 'proxyjump'
    const text = isJump ? jumpList(at.rest) : at.rest.replace(/^[ \t\r\n=]+/, '')
    // Up to 9.2 at least, ssh then uses a jump host named none.
    if (isJump && isNone(text) && !isNone(at.rest.replace(/^[ \t\r\n=]+|[ \t\r\n]+$/g, '')))
      this.#problem(at, 'ProxyJump: “none” must be alone on its line, without a comment')
    // The first of these two wins.
    const other = isJump ? 'proxycommand' : 'proxyjump'
    const rival = this.#first(other)
    if ((isJump || keyword === 'proxycommand') && rival !== undefined && !(other === 'proxyjump' && isNone(rival)))
      if (!(isJump && isNone(text))) return
    this.settings.set(keyword, [{ args: [text], at }])
  }

  #takeEnvironment(at: Statement, args: readonly string[]): void {
    let kept = [...(this.settings.get('sendenv') ?? [])]
    for (const arg of args) {
      if (arg === '' || arg.includes('=')) this.#problem(at, 'a variable name can’t contain “=”')
      else if (arg.startsWith('-')) kept = kept.filter(({ args: [name = ''] }) => !matchesPattern(name, arg.slice(1)))
      else kept.push({ args: [arg], at })
    }
    this.settings.set('sendenv', kept)
  }

  #takeUnsupported(keyword: string, at: Statement, value: string): void {
    const why = isKeyword(keyword) ? whyIgnored(keyword, value) : null
    if (why === null) return
    if (refusing.has(keyword)) this.#problem(at, why)
    else this.#note(at, `${shownKeyword(keyword)}: ${why}`)
  }

  #note(at: Statement, text: string): void {
    this.ignoredOptions.set(`${at.path}:${at.line}`, { path: at.path, line: at.line, text })
  }

  #problem(at: Statement, text: string): void {
    this.problems.set(`${at.path}:${at.line}`, {
      path: at.path,
      line: at.line,
      text: `${shownKeyword(at.keyword)}: ${text}`,
    })
  }
}

// Lists of untrusted keys must not be ignored.
const refusing = new Set(['revokedhostkeys'])

/** Merges two ordered lists. */
function* inOrder(own: readonly Section[], anywhere: readonly Section[]): Generator<Section> {
  let at = 0
  for (const section of anywhere) {
    while (at < own.length && (own[at] as Section).order < section.order) yield own[at++] as Section
    yield section
  }
  yield* own.slice(at)
}

function isNone(text: string): boolean {
  return text.toLowerCase() === 'none'
}
