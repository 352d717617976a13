import type { Stats } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

import { decodeText } from '../storage/decode-text.ts'
import { parseConfig, splitArguments, type ConfigLine } from './config-text.ts'
import type { ConfigNote, ConfigSource } from './config-program.ts'
import { matchesPattern } from './patterns.ts'
import { readServices, type ServicePorts } from './service-names.ts'
import { expandTilde, expandVariables, ExpansionError, type LocalFacts } from './tokens.ts'

/** The parsed files, the errors, and the stamps that reveal a change. */
export interface ConfigReading {
  readonly sources: readonly ConfigSource[]
  readonly notes: readonly ConfigNote[]
  /** Files that were read or looked for and folders that were searched, with their state just before. */
  readonly stamps: ReadonlyMap<string, string>
}

/** Returns a text that distinguishes states of a file. */
export function stampOf(path: string, info: Stats | null): string {
  return info ? `${path} ${info.ino} ${info.size} ${info.mtimeMs} ${info.mode}` : `${path} -`
}

// READCONF_MAX_DEPTH of OpenSSH.
const maxDepth = 16
const maxFiles = 1_000
const maxBytes = 64 * 1024 * 1024

/** Reads the user's file and the system's, with all their includes. A missing file is not an error. */
export async function readConfigs(
  files: readonly { readonly path: string; readonly system: boolean }[],
  facts: LocalFacts,
): Promise<ConfigReading> {
  const reader = new Reader(facts, await readServices())
  const sources: ConfigSource[] = []
  for (const { path, system } of files) {
    const source = await reader.read(path, { system, depth: 0, including: null })
    if (source) sources.push(source)
  }
  return { sources, notes: reader.notes, stamps: reader.stamps }
}

interface ReadContext {
  readonly system: boolean
  readonly depth: number
  /** The line that includes the file. */
  readonly including: { readonly path: string; readonly line: number } | null
}

class Reader {
  readonly notes: ConfigNote[] = []
  readonly stamps = new Map<string, string>()
  #isSystem = false
  readonly #facts: LocalFacts
  readonly #services: ServicePorts
  #files = 0
  #bytes = 0

  constructor(facts: LocalFacts, services: ServicePorts) {
    this.#facts = facts
    this.#services = services
  }

  async read(path: string, context: ReadContext): Promise<ConfigSource | null> {
    const { system, depth, including } = context
    const place = including ?? { path, line: 1 }
    this.stamps.set(path, stampOf(path, null))
    this.#isSystem = system
    if (depth > maxDepth || ++this.#files > maxFiles) {
      this.#note(
        place,
        depth > maxDepth ? 'Include is nested more than 16 levels deep' : 'More than 1,000 files are included',
      )
      return null
    }
    const text = await this.#text(path, place, including !== null)
    if (text === null) return null
    const includes = new Map<number, readonly ConfigSource[]>()
    for (const { rest, number } of includeLines(text)) {
      const found: ConfigSource[] = []
      for (const word of splitArguments(rest) ?? []) {
        const at = { path, line: number }
        for (const each of await this.#included(word, at, system)) {
          const source = await this.read(each, { system, depth: depth + 1, including: at })
          if (source) found.push(source)
        }
      }
      includes.set(number, found)
    }
    return { path, text, system, includes, services: this.#services }
  }

  async #text(path: string, place: { path: string; line: number }, included: boolean): Promise<string | null> {
    try {
      const info = await stat(path)
      this.stamps.set(path, stampOf(path, info))
      // A pipe would never end, and a device is not a config.
      if (!info.isFile()) return null
      // ssh refuses files that others can write to: they could run commands as this user.
      const ours = process.getuid === undefined || info.uid === 0 || info.uid === process.getuid()
      if ((included || !this.#isSystem) && process.platform !== 'win32' && (!ours || (info.mode & 0o022) !== 0)) {
        this.#note(place, `${path} is writable by others and was ignored. Run chmod go-w on it`)
        return null
      }
      this.#bytes += info.size
      if (this.#bytes > maxBytes) {
        this.#note(place, 'The files are larger than 64 MB in total')
        return null
      }
      return decodeText(await readFile(path))
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!missing || (included && !missing)) this.#note(place, `${path} could not be read. Check its permissions`)
      return null
    }
  }

  /** Returns the files that one argument of Include matches, in the order of glob(3). */
  async #included(word: string, at: { path: string; line: number }, system: boolean): Promise<readonly string[]> {
    try {
      const expanded = expandVariables(word, this.#facts.env)
      if (expanded.startsWith('~') && system) {
        this.#note(at, 'Include: the system-wide config can’t include a user’s files')
        return []
      }
      const path = expandTilde(expanded, this.#facts)
      const base = system ? '/etc/ssh' : this.#facts.sshFolder
      return await this.#glob(isAbsolute(path) ? path : join(base, path))
    } catch (error) {
      if (!(error instanceof ExpansionError)) throw error
      this.#note(at, `Include: ${error.message}`)
      return []
    }
  }

  async #glob(pattern: string): Promise<readonly string[]> {
    let found = ['']
    for (const part of pattern.split(/[\\/](?!$)/)) {
      if (!/[*?[]/.test(part)) {
        found = found.map(base => (base === '' && part === '' ? '/' : join(base, part)))
        continue
      }
      const next: string[] = []
      for (const base of found) {
        const folder = base === '' ? '.' : base
        this.stamps.set(folder, stampOf(folder, await stat(folder).catch(() => null)))
        const names = await readdir(folder).catch((): string[] => [])
        for (const name of names.sort(byBytes))
          if (name.startsWith('.') === part.startsWith('.') && matchesGlob(name, part)) next.push(join(base, name))
      }
      found = next
    }
    return found
  }

  #note(at: { path: string; line: number }, text: string): void {
    this.notes.push({ ...at, text })
  }
}

// Most files include nothing: large ones are not parsed twice.
function includeLines(text: string): readonly ConfigLine[] {
  return /include/i.test(text) ? parseConfig(text).filter(({ keyword }) => keyword === 'include') : []
}

// glob(3) also supports bracket sets; each is expanded to its characters.
function matchesGlob(name: string, pattern: string): boolean {
  const set = /\[(!|\^)?(\]?[^\]]*)\]/.exec(pattern)
  if (!set) return matchesPattern(name, pattern)
  const [all, negated, letters = ''] = set
  const [before, after] = [pattern.slice(0, set.index), pattern.slice(set.index + all.length)]
  const wanted = new Set<string>()
  for (let at = 0; at < letters.length; at++) {
    const [from, dash, to] = [letters[at] as string, letters[at + 1], letters[at + 2]]
    if (dash !== '-' || to === undefined) wanted.add(from)
    else {
      for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) wanted.add(String.fromCharCode(code))
      at += 2
    }
  }
  return [...name].some(
    (letter, at) =>
      wanted.has(letter) === (negated === undefined) &&
      matchesPattern(name.slice(0, at), before) &&
      matchesGlob(name.slice(at + 1), after),
  )
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
