import { shortName } from '../../shared/base/shown-name.ts'
import { argumentFault } from './argument-rules.ts'
import { parseConfig, splitArguments, type ConfigLine } from './config-text.ts'
import { isKeyword, misspelled, olderNames, shownKeyword } from './keywords.ts'
import { readMatch, type Criterion } from './match-criteria.ts'
import { isLiteral, matchesList } from './patterns.ts'
import { withPortNumbers, type ServicePorts } from './service-names.ts'
import type { LocalFacts } from './tokens.ts'

/** One file that was read, with those that it includes by the number of the line that does. */
export interface ConfigSource {
  readonly path: string
  readonly text: string
  /** The system's file and what it includes. */
  readonly system: boolean
  readonly includes: ReadonlyMap<number, readonly ConfigSource[]>
  /** What a name in the place of a port means; none where it is left out. */
  readonly services?: ServicePorts
}

/** One line that says something, and where it stands. */
export interface Statement {
  readonly path: string
  readonly line: number
  readonly keyword: string
  readonly rest: string
  readonly system: boolean
  /** Its place among all lines, in the order in which OpenSSH reads them. */
  readonly order: number
}

/** When the statements of a section hold. */
export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'host'; readonly patterns: readonly string[]; readonly at: Statement }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[]; readonly at: Statement }
  /** What follows an Include holds where what stood before it did. */
  | { readonly kind: 'continues'; readonly of: Section }

/** Statements that hold together. An included file's sections hold only where the line that includes it does. */
export interface Section {
  readonly order: number
  readonly condition: Condition
  readonly within: Section | null
  readonly statements: readonly Statement[]
}

/** A line that OpenSSH would refuse, in words for a person. */
export interface ConfigNote {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** A line whose keyword OpenSSH does not have. */
export interface UnknownLine {
  readonly keyword: string
  readonly order: number
  readonly note: ConfigNote
}

/** All that was read, in the order in which OpenSSH reads it, with an index of the names that stand for themselves. */
export interface ConfigProgram {
  readonly sections: readonly Section[]
  readonly byName: ReadonlyMap<string, readonly Section[]>
  /** Sections that may hold for any name. */
  readonly anywhere: readonly Section[]
  /** Lines for which OpenSSH refuses the files as a whole, whoever is dialled; the first ones of many. */
  readonly notes: readonly ConfigNote[]
  /** Unknown keywords that some IgnoreUnknown before them names: OpenSSH refuses the files where that one does not hold. */
  readonly unknown: readonly UnknownLine[]
  /** A `Match final` stands somewhere, be it where it can't hold: everything is read twice. */
  readonly asksFinalPass: boolean
}

type Draft = { -readonly [K in keyof Section]: Section[K] } & { statements: Statement[] }

/**
 * Puts what was read in order: the person's file first, then the system's. Nothing is run, nothing is looked up. `env` is
 * the environment that `${NAME}` in a line stands for.
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

/** The names that `Host` lines give, patterns left out, each with the line that names it first. */
export function namedHosts(program: ConfigProgram): ReadonlyMap<string, Statement> {
  const names = new Map<string, Statement>()
  for (const { condition } of program.sections) {
    if (condition.kind !== 'host') continue
    for (const pattern of condition.patterns)
      if (isLiteral(pattern) && !/^$|\p{Cc}/u.test(pattern) && !names.has(pattern)) names.set(pattern, condition.at)
  }
  return names
}

// One is enough to stop the dialling; a file that is no config at all would fill pages.
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

  /** Answers the section that goes on after the line, where that is another one. */
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
    if (splitArguments(rest)?.includes('')) this.#note(at, 'Include: an argument is empty')
    if (rest.includes('%')) this.#note(at, 'Include: tokens are not supported')
    const included = source.includes.get(number) ?? []
    for (const each of included) this.file(each, section)
    if (included.length === 0) return null
    const of = section.condition.kind === 'continues' ? section.condition.of : section
    return this.#open({ kind: 'continues', of }, within)
  }

  #hostCondition(at: Statement): Condition {
    const patterns = splitArguments(at.rest) ?? []
    if (patterns.includes('')) this.#note(at, 'Host: an argument is empty')
    return { kind: 'host', patterns, at }
  }

  #matchCondition(at: Statement): Condition {
    const found = readMatch(at.rest)
    if ('criteria' in found) return { kind: 'match', criteria: found.criteria, at }
    this.#note(at, `Match: ${found.fault}`)
    return { kind: 'match', criteria: [], at }
  }

  /** IgnoreUnknown covers a keyword, but not an open quotation mark. */
  #takeUnknown(at: Statement, fault: string | null): void {
    const { keyword, path, line, order } = at
    const isNamed = fault === null && this.#ignored.some(list => matchesList(keyword, list, true))
    if (!isNamed && this.notes.length >= maxNotes) return
    const meant = misspelled(keyword)
    const text = `“${shortName(keyword, 40)}” is not a keyword of ssh_config${meant === null ? '' : `, perhaps ${meant} is meant`}`
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

/** A text in UTF-16 that was read as bytes: its mark, or a NUL beside every second letter of its beginning. */
function isUtf16(text: string): boolean {
  return /^(?:\xFF\xFE|\xFE\xFF)/.test(text) || /^(?:[\t\n\r -~]\0){4}|^(?:\0[\t\n\r -~]){4}/.test(text)
}

function put(map: Map<string, Section[]>, name: string, section: Section): void {
  const list = map.get(name)
  if (list) list.push(section)
  else map.set(name, [section])
}
