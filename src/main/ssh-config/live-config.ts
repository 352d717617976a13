import { readFile, realpath, stat } from 'node:fs/promises'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { writeAtomically } from '../storage/atomic-write.ts'
import {
  buildProgram,
  namedHosts,
  type ConfigNote,
  type ConfigProgram,
  type ConfigSource,
  type Statement,
} from './config-program.ts'
import { parseConfig } from './config-text.ts'
import { readConfigs, stampOf, type ConfigReading } from './config-reading.ts'
import type { Answers, CommandLine } from './evaluate.ts'
import { resolveHost } from './resolve.ts'
import type { ResolvedHost } from './resolved.ts'
import type { LocalFacts } from './tokens.ts'

export interface LiveConfigOptions {
  readonly files: readonly { readonly path: string; readonly system: boolean }[]
  readonly facts: LocalFacts
  /** How often the files are checked, in milliseconds; 0 is never. */
  readonly watchMs: number
  readonly reportBug: (where: string, error: unknown) => void
}

type AnswerMap = Map<string, { readonly value: boolean; readonly at: number }>

// The results of commands and lookups stay valid for the steps of one sign-in.
const answerMs = 10_000

/** The user's SSH config, read again whenever one of its files changes. Reading runs nothing and contacts no server. */
export class LiveConfig implements Disposable {
  readonly #changed = new Emitter<undefined>()
  readonly onChanged = this.#changed.event
  readonly #options: LiveConfigOptions
  #reading: ConfigReading = { sources: [], notes: [], stamps: new Map() }
  #program: ConfigProgram = buildProgram([], {})
  #looking: Promise<boolean> | undefined
  readonly #timer: NodeJS.Timeout | undefined
  readonly #resolved = new Map<string, ResolvedHost>()
  readonly #exec: AnswerMap = new Map()
  readonly #names: AnswerMap = new Map()
  #edits: Promise<unknown> = Promise.resolve()
  readonly #answers: Answers = {
    exec: command => this.#exec.get(command)?.value,
    resolves: name => this.#names.get(name)?.value,
  }

  private constructor(options: LiveConfigOptions) {
    this.#options = options
    if (options.watchMs <= 0) return
    this.#timer = setInterval(() => {
      void this.refresh().catch((error: unknown) => options.reportBug('ssh config', error))
    }, options.watchMs)
    this.#timer.unref()
  }

  static async open(options: LiveConfigOptions): Promise<LiveConfig> {
    const config = new LiveConfig(options)
    await config.refresh()
    return config
  }

  /** The user's own file. */
  get path(): string {
    return this.#options.files.find(({ system }) => !system)?.path ?? ''
  }

  get facts(): LocalFacts {
    return this.#options.facts
  }

  get notes(): readonly ConfigNote[] {
    return [...this.#reading.notes, ...this.#program.notes]
  }

  /** The names on `Host` lines of the user's files, each with its line. */
  names(): ReadonlyMap<string, Statement> {
    return new Map([...namedHosts(this.#program)].filter(([, at]) => !at.system))
  }

  /** Resolves what `ssh name` would do, with what is known now. */
  resolve(name: string, given: CommandLine = {}): ResolvedHost {
    const key = JSON.stringify([name, given.user ?? null, given.port ?? null])
    const known = this.#resolved.get(key)
    if (known) return known
    const found = resolveHost(this.#program, { name, given, facts: this.facts, answers: this.#answers })
    this.#resolved.set(key, found)
    return found
  }

  /**
   * Changes one of the files. `check` receives the resulting config and throws if it is not as intended; nothing is
   * then written. Errors: `changed` if another program has changed the file.
   */
  edit(
    path: string,
    change: (text: string) => string,
    check: (resolve: (name: string) => ResolvedHost) => void,
  ): Promise<void> {
    // One after the other: two concurrent edits would each be based on the file before both.
    const run = () => this.#edit(path, change, check)
    const result = this.#edits.then(run, run)
    this.#edits = result.catch(() => {})
    return result
  }

  async #edit(
    path: string,
    change: (text: string) => string,
    check: (resolve: (name: string) => ResolvedHost) => void,
  ): Promise<void> {
    await this.refresh()
    const source = this.#reading.sources.flatMap(allSources).find(each => each.path === path)
    if (!source) throw new AppError('not-found', `${path} is no longer part of the SSH config. Reload and try again.`)
    const text = change(source.text)
    const program = buildProgram(
      this.#reading.sources.map(each => withText(each, path, text)),
      this.facts.env,
    )
    check(name => resolveHost(program, { name, facts: this.facts, answers: this.#answers }))
    const place = await realpath(path)
    const info = await stat(place)
    const before = await readFile(place)
    const encoding = before.equals(Buffer.from(source.text, 'utf8')) ? 'utf8' : 'latin1'
    const changed = () => new AppError('changed', `${path} was changed by another program. Reload and try again.`)
    if (!before.equals(Buffer.from(source.text, encoding))) throw changed()
    if (encoding === 'latin1' && /[^\0-\xff]/.test(text))
      throw new AppError('unsupported', `${path} is not UTF-8, so only ASCII characters can be written to it.`)
    await writeAtomically(place, Buffer.from(text, encoding), {
      mode: info.mode & 0o777,
      beforeReplacing: async () => {
        if (!(await readFile(place)).equals(before)) throw changed()
      },
    })
    await this.refresh()
  }

  /** The same with only the answers of the last few seconds; older ones become pending again. For dialing. */
  resolveFresh(name: string, given: CommandLine = {}): ResolvedHost {
    const known = this.resolve(name, given)
    if (!known.usedAnswers) return known
    const since = Date.now() - answerMs
    const fresh = (map: AnswerMap) => (subject: string) => {
      const answer = map.get(subject)
      return answer && answer.at >= since ? answer.value : undefined
    }
    const answers = { exec: fresh(this.#exec), resolves: fresh(this.#names) }
    return resolveHost(this.#program, { name, given, facts: this.facts, answers })
  }

  /** Stores the result of a command or lookup; it counts for display until there is a newer one. */
  learn(kind: 'exec' | 'resolve', subject: string, value: boolean): void {
    const map = kind === 'exec' ? this.#exec : this.#names
    map.set(subject, { value, at: Date.now() })
    for (const [key, host] of this.#resolved) if (host.usedAnswers) this.#resolved.delete(key)
  }

  /** Checks whether a file has changed, and reads them again if so; resolves to whether it did. */
  refresh(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#changed.dispose()
  }

  async #look(): Promise<boolean> {
    const { files, facts } = this.#options
    if (this.#reading.stamps.size > 0 && (await isAsRead(this.#reading.stamps))) return false
    const reading = await readConfigs(files, facts)
    this.#reading = reading
    this.#program = buildProgram(reading.sources, facts.env)
    this.#resolved.clear()
    this.#changed.fire(undefined)
    return true
  }
}

async function isAsRead(stamps: ReadonlyMap<string, string>): Promise<boolean> {
  const now = await Promise.all(
    [...stamps].map(async ([path, stamp]) => stampOf(path, await stat(path).catch(() => null)) === stamp),
  )
  return now.every(Boolean)
}

function allSources(source: ConfigSource): readonly ConfigSource[] {
  return [source, ...[...source.includes.values()].flat().flatMap(allSources)]
}

/** Returns the same tree with another text for one file; its Includes stay the same, on whatever line they are now. */
function withText(source: ConfigSource, path: string, text: string): ConfigSource {
  const inner = [...source.includes].map(
    ([line, files]) => [line, files.map(each => withText(each, path, text))] as const,
  )
  if (source.path !== path) return { ...source, includes: new Map(inner) }
  const lines = parseConfig(text).flatMap(({ keyword, number }) => (keyword === 'include' ? number : []))
  return { ...source, text, includes: new Map(inner.map(([line, files], at) => [lines[at] ?? line, files])) }
}
