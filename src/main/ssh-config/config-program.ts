import { shortName } from '../../shared/base/shown-name.ts'
import { argumentFault } from './argument-rules.ts'
import { parseConfig, splitArguments, type ConfigLine } from './config-text.ts'
import { isKeyword, misspelled, olderNames, shownKeyword } from './keywords.ts'
import { readMatch, type Criterion } from './match-criteria.ts'
import { isLiteral, matchesList } from './patterns.ts'
import { withPortNumbers, type ServicePorts } from './service-names.ts'
import type { LocalFacts } from './tokens.ts'

/** A parsed file, with its included files by the line number of their Include. */
export interface ConfigSource {
  readonly path: string
  readonly text: string
  /** True for the system's file and its includes. */
  readonly system: boolean
  readonly includes: ReadonlyMap<number, readonly ConfigSource[]>
  /** What a name in the place of a port means; none where it is left out. */
  readonly services?: ServicePorts
}

/** One effective line and its position. */
export interface Statement {
  readonly path: string
  readonly line: number
  readonly keyword: string
  readonly rest: string
  readonly system: boolean
  /** Its position among all lines, in the order in which OpenSSH reads them. */
  readonly order: number
}

/** The condition under which the statements of a section apply. */
export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'host'; readonly patterns: readonly string[]; readonly at: Statement }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[]; readonly at: Statement }
  /** Lines after an Include apply under the same condition as those before it. */
  | { readonly kind: 'continues'; readonly of: Section }

/** Statements that apply together. The sections of an included file apply only if the including line does. */
export interface Section {
  readonly order: number
  readonly condition: Condition
  readonly within: Section | null
  readonly statements: readonly Statement[]
}

/** A line that OpenSSH would refuse, in words for the user. */
export interface ConfigNote {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** A line whose keyword OpenSSH doesn't know. */
export interface UnknownLine {
  readonly keyword: string
  readonly order: number
  readonly note: ConfigNote
}

/** All parsed lines, in the order in which OpenSSH reads them, with an index of literal host names. */
export interface ConfigProgram {
  readonly sections: readonly Section[]
  readonly byName: ReadonlyMap<string, readonly Section[]>
  /** Sections that may apply to any name. */
  readonly anywhere: readonly Section[]
  /** Lines for which OpenSSH refuses the files as a whole, whatever host is dialed; only the first ones. */
  readonly notes: readonly ConfigNote[]
  /** Unknown keywords named by an earlier IgnoreUnknown: OpenSSH refuses the files if that one doesn't apply. */
  readonly unknown: readonly UnknownLine[]
  /** A `Match final` exists, even if it can't apply: everything is evaluated twice. */
  readonly asksFinalPass: boolean
}

type Draft = { -readonly [K in keyof Section]: Section[K] } & { statements: Statement[] }

/**
 * Orders the parsed files: the user's first, then the system's. Nothing is run or looked up. `env` is the environment
 * for `${NAME}`.
 */
export function buildProgram(sources: readonly ConfigSource[], env: LocalFacts['env']): ConfigProgram {
  const build = new Builder(env)
  for (const source of sources) build.file(source, null)
  const byName = new Map<string, Section[]>()
  const anywhere: Section[] = []
  for (const section of build.sections) {
    const { condition } = section.condition.kind === 'continues' ? section.condition.of : section
    if (condition.kind !== 'host' || !condition.patterns.every(isLiteral)) anywhere.push(section)
    else for (const name of new Set(condition.patterns)) put(byName, name, section)
  }
  const asksFinalPass = build.sections.some(
    ({ condition }) => condition.kind === 'match' && condition.criteria.some(({ kind }) => kind === 'final'),
  )
  return { sections: build.sections, byName, anywhere, notes: build.notes, unknown: build.unknown, asksFinalPass }
}

/** Returns the names on `Host` lines, without patterns, each with the first line that contains it. */
export function namedHosts(program: ConfigProgram): ReadonlyMap<string, Statement> {
  const names = new Map<string, Statement>()
  for (const { condition } of program.sections) {
    if (condition.kind !== 'host') continue
    for (const pattern of condition.patterns)
      if (isLiteral(pattern) && !/^$|\p{Cc}/u.test(pattern) && !names.has(pattern)) names.set(pattern, condition.at)
  }
  return names
}

// One is enough to stop a dial; a file that isn't a config would produce pages of them.
const maxNotes = 100

class Builder {
  readonly sections: Draft[] = []
  readonly notes: ConfigNote[] = []
  readonly unknown: UnknownLine[] = []
  readonly #env: LocalFacts['env']
  readonly #ignored: string[] = []
  #order = 0

  constructor(env: LocalFacts['env']) {
    this.#env = env
  }

  file(source: ConfigSource, within: Section | null): void {
    let section = this.#open({ kind: 'always' }, within)
    if (isUtf16(source.text)) {
      this.#note({ path: source.path, line: 1 }, 'the file is UTF-16, which ssh can’t read. Save it as UTF-8')
      return
    }
    for (const read of parseConfig(source.text)) {
      if (read.keyword === '') continue
      const line = { ...read, rest: withPortNumbers(read, source.services) }
      const at: Statement = {
        path: source.path,
        line: line.number,
        keyword: line.keyword,
        rest: line.rest,
        system: source.system,
        order: this.#order++,
      }
      const next = this.#statement(line, { at, source, within, section })
      if (next) section = next
    }
  }

  /** Returns the section that continues after the line, if it is another one. */
  #statement(
    { keyword, rest, number }: ConfigLine,
    { at, source, within, section }: { at: Statement; source: ConfigSource; within: Section | null; section: Draft },
  ): Draft | null {
    const fault = argumentFault(olderNames.get(keyword) ?? keyword, rest, this.#env)
    if (rest !== '' && !isKeyword(keyword)) this.#takeUnknown(at, fault)
    else if (fault !== null) this.#note(at, `${shownKeyword(keyword)}: ${fault}`)
    if (keyword === 'host') return this.#open(this.#hostCondition(at), within)
    if (keyword === 'match') return this.#open(this.#matchCondition(at), within)
    if (keyword !== 'include') {
      if (keyword === 'ignoreunknown') this.#ignored.push(splitArguments(rest)?.[0] ?? '')
      section.statements.push(at)
      return null
    }
    if (splitArguments(rest)?.includes('')) this.#note(at, 'Include: empty argument')
    if (rest.includes('%')) this.#note(at, 'Include: tokens are not supported')
    const included = source.includes.get(number) ?? []
    for (const each of included) this.file(each, section)
    if (included.length === 0) return null
    const of = section.condition.kind === 'continues' ? section.condition.of : section
    return this.#open({ kind: 'continues', of }, within)
  }

  #hostCondition(at: Statement): Condition {
    const patterns = splitArguments(at.rest) ?? []
    if (patterns.includes('')) this.#note(at, 'Host: empty argument')
    return { kind: 'host', patterns, at }
  }

  #matchCondition(at: Statement): Condition {
    const found = readMatch(at.rest)
    if ('criteria' in found) return { kind: 'match', criteria: found.criteria, at }
    this.#note(at, `Match: ${found.fault}`)
    return { kind: 'match', criteria: [], at }
  }

  /** IgnoreUnknown covers a keyword, but not an unclosed quotation mark. */
  #takeUnknown(at: Statement, fault: string | null): void {
    const { keyword, path, line, order } = at
    const isNamed = fault === null && this.#ignored.some(list => matchesList(keyword, list, true))
    if (!isNamed && this.notes.length >= maxNotes) return
    const meant = misspelled(keyword)
    const text = `“${shortName(keyword, 40)}” is not an ssh_config keyword${meant === null ? '' : `, perhaps ${meant} is meant`}`
    if (isNamed) this.unknown.push({ keyword, order, note: { path, line, text } })
    else this.#note(at, text)
  }

  #open(condition: Condition, within: Section | null): Draft {
    const section: Draft = { order: this.sections.length, condition, within, statements: [] }
    this.sections.push(section)
    return section
  }

  #note({ path, line }: Pick<Statement, 'path' | 'line'>, text: string): void {
    if (this.notes.length < maxNotes) this.notes.push({ path, line, text })
  }
}

/**
 * True for UTF-16 text that was read as bytes: it starts with a byte order mark, or with a NUL in every second byte.
 */
function isUtf16(text: string): boolean {
  return /^(?:\xFF\xFE|\xFE\xFF)/.test(text) || /^(?:[\t\n\r -~]\0){4}|^(?:\0[\t\n\r -~]){4}/.test(text)
}

function put(map: Map<string, Section[]>, name: string, section: Section): void {
  const list = map.get(name)
  if (list) list.push(section)
  else map.set(name, [section])
}
