import type { ConfigNote, Statement } from './config-program.ts'
import type { Evaluation } from './evaluate.ts'
import { lowerAscii } from './config-text.ts'
import { shownKeyword } from './keywords.ts'
import { parseTime, parseWhole } from './number-formats.ts'
import { ExpansionError } from './tokens.ts'

/** Reads typed values from an evaluation; an invalid value becomes a problem with its line, and the default applies. */
export class SettingReader {
  readonly problems: ConfigNote[]
  readonly #evaluation: Evaluation

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation
    this.problems = [...evaluation.problems]
  }

  at(keyword: string): Statement | undefined {
    return this.#evaluation.settings.get(keyword)?.[0]?.at
  }

  text(keyword: string): string | null {
    return this.#evaluation.settings.get(keyword)?.[0]?.args[0] ?? null
  }

  /** All arguments of the first line; null if there is none. */
  words(keyword: string): readonly string[] | null {
    return this.#evaluation.settings.get(keyword)?.[0]?.args ?? null
  }

  /** Every line of a keyword that may be repeated. */
  each(keyword: string): readonly { readonly args: readonly string[]; readonly at: Statement }[] {
    return this.#evaluation.settings.get(keyword) ?? []
  }

  /** One of several words, ignoring case, or the first if not set; `also` contains other spellings. */
  choice<T extends string>(
    keyword: string,
    choices: readonly [T, ...(readonly T[])],
    also: Readonly<Record<string, T>> = {},
  ): T {
    const text = this.text(keyword)
    const [usual] = choices
    if (text === null) return usual
    const word = lowerAscii(text)
    const found = choices.find(choice => choice === word) ?? also[word]
    if (found !== undefined) return found
    this.bad(keyword, `“${text}” is not one of ${choices.join(', ')}`)
    return usual
  }

  flag(keyword: string, usual: boolean): boolean {
    const choices = usual ? (['yes', 'no'] as const) : (['no', 'yes'] as const)
    return this.choice(keyword, choices, { true: 'yes', false: 'no' }) === 'yes'
  }

  int(keyword: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.text(keyword)
    if (text === null) return fallback
    const value = parseWhole(text, max)
    if (value !== null && value >= min) return value
    this.bad(keyword, `“${text}” is not a number from ${min} to ${max}`)
    return fallback
  }

  /** Seconds, in the TIME FORMATS of sshd_config(5). */
  seconds(keyword: string, fallback: number | null): number | null {
    const text = this.text(keyword)
    if (text === null) return fallback
    const seconds = parseTime(text)
    if (seconds !== null) return seconds
    this.bad(keyword, `“${text}” is not a valid time`)
    return fallback
  }

  /** Runs an expansion; on failure returns null and adds a problem with that line. */
  expand<T>(keyword: string, run: () => T, at = this.at(keyword)): T | null {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof ExpansionError)) throw error
      this.bad(keyword, error.message, at)
      return null
    }
  }

  bad(keyword: string, text: string, at = this.at(keyword)): void {
    if (at) this.problems.push({ path: at.path, line: at.line, text: `${shownKeyword(keyword)}: ${text}` })
  }
}
