import { parseConfig, splitArguments, type ConfigLine } from './config-text.ts'
import { isKeyword } from './keywords.ts'
import { isLiteral } from './patterns.ts'

/** One file that was read, with those that it includes by the number of the line that does. */
export interface ConfigSource {
  readonly path: string
  readonly text: string
  /** The system's file and what it includes. */
  readonly system: boolean
  readonly includes: ReadonlyMap<number, readonly ConfigSource[]>
}

/** One line that says something, and where it stands. */
export interface Statement {
  readonly path: string
  readonly line: number
  readonly keyword: string
  readonly rest: string
  readonly system: boolean
}

/** When the statements of a section hold. */
export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'host'; readonly patterns: readonly string[]; readonly at: Statement }
  | { readonly kind: 'match'; readonly criteria: readonly string[]; readonly at: Statement }
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

/** All that was read, in the order in which OpenSSH reads it, with an index of the names that stand for themselves. */
export interface ConfigProgram {
  readonly sections: readonly Section[]
  readonly byName: ReadonlyMap<string, readonly Section[]>
  /** Sections that may hold for any name. */
  readonly anywhere: readonly Section[]
  readonly notes: readonly ConfigNote[]
  /** A `Match final` stands somewhere, be it where it can't hold: everything is read twice. */
  readonly asksFinalPass: boolean
}

type Draft = { -readonly [K in keyof Section]: Section[K] } & { statements: Statement[] }

/** Puts what was read in order: the person's file first, then the system's. Nothing is run, nothing is looked up. */
export function buildProgram(sources: readonly ConfigSource[]): ConfigProgram {
  const build = new Builder()
  for (const source of sources) build.file(source, null)
  const byName = new Map<string, Section[]>()
  const anywhere: Section[] = []
  for (const section of build.sections) {
    const { condition } = section.condition.kind === 'continues' ? section.condition.of : section
    if (condition.kind !== 'host' || !condition.patterns.every(isLiteral)) anywhere.push(section)
    else for (const name of new Set(condition.patterns)) put(byName, name, section)
  }
  const asksFinalPass = build.sections.some(
    ({ condition }) => condition.kind === 'match' && namesFinal(condition.criteria),
  )
  return { sections: build.sections, byName, anywhere, notes: build.notes, asksFinalPass }
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

class Builder {
  readonly sections: Draft[] = []
  readonly notes: ConfigNote[] = []

  file(source: ConfigSource, within: Section | null): void {
    let section = this.#open({ kind: 'always' }, within)
    const lines = parseConfig(source.text)
    if (lines.some(({ keyword }) => keyword !== '') && !lines.some(({ keyword }) => isKeyword(keyword)))
      this.notes.push({ path: source.path, line: 1, text: 'no line of this file is one of ssh_config' })
    for (const line of lines) {
      if (line.keyword === '') continue
      const at: Statement = {
        path: source.path,
        line: line.number,
        keyword: line.keyword,
        rest: line.rest,
        system: source.system,
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
    if (keyword === 'host' || keyword === 'match') {
      const found = splitArguments(rest)
      if (!found || found.length === 0 || found.includes('')) this.#note(at, 'its arguments can’t be read')
      const words = found ?? []
      const condition: Condition =
        keyword === 'host' ? { kind: 'host', patterns: words, at } : { kind: 'match', criteria: words, at }
      return this.#open(condition, within)
    }
    if (keyword !== 'include') {
      section.statements.push(at)
      return null
    }
    if (rest.includes('%')) this.#note(at, 'tokens in an Include are not supported')
    const included = source.includes.get(number) ?? []
    for (const each of included) this.file(each, section)
    if (included.length === 0) return null
    const of = section.condition.kind === 'continues' ? section.condition.of : section
    return this.#open({ kind: 'continues', of }, within)
  }

  #open(condition: Condition, within: Section | null): Draft {
    const section: Draft = { order: this.sections.length, condition, within, statements: [] }
    this.sections.push(section)
    return section
  }

  #note({ path, line }: Statement, text: string): void {
    this.notes.push({ path, line, text })
  }
}

function put(map: Map<string, Section[]>, name: string, section: Section): void {
  const list = map.get(name)
  if (list) list.push(section)
  else map.set(name, [section])
}

function namesFinal(criteria: readonly string[]): boolean {
  for (let at = 0; at < criteria.length; at++) {
    const word = (criteria[at] as string).toLowerCase()
    if (word === 'final') return true
    if (!/^!?(all|final|canonical)$/.test(word) && !word.includes('=')) at++
  }
  return false
}
