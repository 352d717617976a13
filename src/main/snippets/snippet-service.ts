import { readFile, stat } from 'node:fs/promises'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Dialect } from '../../shared/base/shell-dialect.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type {
  Given,
  Snippet,
  SnippetBook,
  SnippetId,
  Values,
  Asking,
  SnippetsImported,
} from '../../shared/contract/snippets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { JsonFile } from '../storage/json-file.ts'
import { writeNew } from '../storage/write-new.ts'
import {
  checkPlaces,
  composeShown,
  composeTyped,
  fill,
  knownValues,
  toAsk,
  variablesOf,
  type Facts,
  type Filled,
} from './compose.ts'
import { printSnippets, readSnippets, type Names } from './snippet-files.ts'
import type { SnippetFile } from './snippet-record.ts'
import { starters } from './starters.ts'

type Contract = Services['snippets']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface SnippetParts {
  readonly file: JsonFile<SnippetFile>
  /** Returns facts about a target; throws if it no longer exists. */
  readonly factsOf: (target: Target) => Facts
  /** Returns the dialect of the shell in a terminal on a target. */
  readonly shellOf: (target: Target) => Promise<Dialect>
  readonly names: () => Names
}

/** One use of a snippet with its values. */
export interface SnippetUse {
  readonly snippet: Snippet
  readonly values: Values
  readonly given: Given
}

const maxBytes = 16 * 1024 * 1024
// Values are remembered for the next dialog, but not a whole pasted file.
const longestRemembered = 4_096
const maxRemembered = 5_000
const maxSnippets = 10_000

/** The saved snippets, and the last values of their variables. */
export class SnippetService implements Contract {
  readonly #changed = new Emitter<SnippetBook>()
  readonly onChanged = this.#changed.event
  readonly #parts: SnippetParts

  constructor(parts: SnippetParts) {
    this.#parts = parts
  }

  list(): SnippetBook {
    return this.#book()
  }

  /** Returns a snippet. Errors: `not-found` if it was deleted. */
  find(id: SnippetId): Snippet {
    const found = this.#all.find(each => each.id === id)
    if (!found) throw new AppError('not-found', 'This snippet was deleted.')
    return found
  }

  async save({ snippet }: Input<'save'>): Promise<void> {
    check(snippet)
    await this.#put([snippet])
    await this.#forgetHidden(snippet)
  }

  async remove({ id }: Input<'remove'>): Promise<void> {
    const gone = (key: string) => key.startsWith(`${id} `)
    const { snippets, values, used } = this.#parts.file.value
    await this.#store({
      snippets: snippets.filter(each => each.id !== id),
      values: Object.fromEntries(Object.entries(values).filter(([key]) => !gone(key))),
      used: Object.fromEntries(Object.entries(used).filter(([key]) => key !== id)),
    })
  }

  async addStarters(): Promise<number> {
    const missing = starters().filter(({ id }) => !this.#all.some(each => each.id === id))
    const free = (key: number | null) => (this.#all.some(each => each.key === key) ? null : key)
    await this.#put(missing.map(each => ({ ...each, key: free(each.key) })))
    return missing.length
  }

  asking({ id, target, given }: Input<'asking'>): Asking {
    const snippet = this.find(id)
    const known = target ? this.#known(target, given) : knownValues(unknownFacts, given)
    // Before a target is chosen, values that each host provides are not asked for.
    const ofHosts = target ? [] : ['host', 'address', 'user', 'port', 'local-user']
    const variables = toAsk(snippet, known).filter(({ name, choices }) => choices.length > 0 || !ofHosts.includes(name))
    const { values } = this.#parts.file.value
    const last = { ...values[valuesKey(id, null)], ...(target ? values[valuesKey(id, target)] : {}) }
    const asked = new Set(variables.filter(each => !each.hidden).map(({ name }) => name))
    return { variables, last: Object.fromEntries(Object.entries(last).filter(([name]) => asked.has(name))) }
  }

  preview({ id, target, values, given }: Input<'preview'>): string {
    const snippet = this.find(id)
    const names = variablesOf(snippet).filter(each => each.hidden)
    const covered = { ...values, ...Object.fromEntries(names.map(({ name }) => [name, cover])) }
    const shown = { ...snippet, command: names.reduce((text, { name }) => uncoveredPlace(text, name), snippet.command) }
    return composeShown(shown, fill(shown, covered, this.#known(target, given)))
  }

  async typed({ id, target, values, given }: Input<'typed'>): Promise<string> {
    const use = { snippet: this.find(id), values, given }
    const filled = this.filled(use, target)
    const text = composeTyped(use.snippet, filled, needsShell(use.snippet) ? await this.#parts.shellOf(target) : 'sh')
    await this.remember(use, [target])
    return text
  }

  async importFrom({ path }: Input<'importFrom'>): Promise<SnippetsImported> {
    const info = await stat(path).catch(() => null)
    if (!info?.isFile()) throw new AppError('not-found', `${path} is not a file. Choose another file.`)
    if (info.size > maxBytes) throw new AppError('invalid-input', 'The file is larger than 16 MB. Choose another file.')
    const { format, snippets, skipped } = readSnippets(await readFile(path, 'utf8'), this.#parts.names())
    const known = new Set(this.#all.map(sameKey))
    const fresh = snippets.filter(each => !known.has(sameKey(each)) && known.add(sameKey(each)))
    const placed = fresh.map(each => ({
      ...each,
      // A hidden value is never typed, and imported snippets have no shortcut and don't run automatically until the
      // user allows it.
      mode: variablesOf(each).some(({ hidden }) => hidden)
        ? ('background' as const)
        : each.mode === 'send'
          ? ('type' as const)
          : each.mode,
      key: null,
    }))
    const bad = placed.flatMap(each => problemOf(each))
    await this.#put(placed)
    return { format, added: fresh.length, there: snippets.length - fresh.length, skipped: [...skipped, ...bad] }
  }

  exportTo({ folder, ids }: Input<'exportTo'>): Promise<string> {
    const chosen = ids === null ? this.#all : this.#all.filter(({ id }) => ids.includes(id))
    const text = printSnippets(chosen, this.#parts.names())
    return writeNew(folder, 'hawser-snippets', { ending: '.json', text })
  }

  /** Returns the validated values of a use. Errors: `invalid-input`. */
  filled({ snippet, values, given }: SnippetUse, target: Target): Filled {
    return fill(snippet, values, this.#known(target, given))
  }

  /** Remembers values entered by hand for the next time, but never hidden ones. */
  async remember({ snippet, values }: SnippetUse, targets: readonly Target[]): Promise<void> {
    const kept = Object.fromEntries(
      variablesOf(snippet)
        .filter(({ name, hidden }) => !hidden && Object.hasOwn(values, name))
        .filter(({ name }) => (values[name] as string).length <= longestRemembered)
        .map(({ name }) => [name, values[name] as string]),
    )
    const { file } = this.#parts
    const { values: old, used, snippets } = file.value
    const keys = Object.keys(kept).length === 0 ? [] : [null, ...targets].map(each => valuesKey(snippet.id, each))
    const entries = [
      ...Object.entries(old).filter(([key]) => !keys.includes(key)),
      ...keys.map(key => [key, kept] as const),
    ]
    await this.#store({
      snippets,
      values: Object.fromEntries(entries.slice(-maxRemembered)),
      used: { ...used, [snippet.id]: Date.now() },
    })
  }

  get #all(): readonly Snippet[] {
    return this.#parts.file.value.snippets
  }

  #known(target: Target, given: Given): Filled {
    return knownValues(this.#parts.factsOf(target), given)
  }

  /** Saves each in its place, or at the end; a number belongs to the snippet that was saved last with it. */
  async #put(more: readonly Snippet[]): Promise<void> {
    const byId = new Map(this.#all.map(each => [each.id, each]))
    const taken = new Map(more.flatMap(({ id, key }) => (key === null ? [] : [[key, id] as const])))
    for (const snippet of more) byId.set(snippet.id, snippet)
    const snippets = [...byId.values()].map(each =>
      each.key !== null && (taken.get(each.key) ?? each.id) !== each.id ? { ...each, key: null } : each,
    )
    if (snippets.length > maxSnippets)
      throw new AppError('invalid-input', 'The limit of 10,000 snippets is reached. Delete some first.')
    await this.#store({ ...this.#parts.file.value, snippets })
  }

  /** Deletes values that were typed openly before their variable became hidden. */
  async #forgetHidden(snippet: Snippet): Promise<void> {
    const hidden = new Set(
      variablesOf(snippet)
        .filter(each => each.hidden)
        .map(({ name }) => name),
    )
    const { file } = this.#parts
    const mine = Object.entries(file.value.values).filter(([key]) => key.startsWith(`${snippet.id} `))
    if (!mine.some(([, values]) => Object.keys(values).some(name => hidden.has(name)))) return
    const kept = mine.map(
      ([key, values]) =>
        [key, Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.has(name)))] as const,
    )
    await this.#store({ ...file.value, values: { ...file.value.values, ...Object.fromEntries(kept) } })
  }

  async #store(value: SnippetFile): Promise<void> {
    await this.#parts.file.save(value)
    this.#changed.fire(this.#book())
  }

  #book(): SnippetBook {
    const { snippets, used } = this.#parts.file.value
    return { snippets, used }
  }
}

const cover = '•••'
const unknownFacts: Facts = { host: '', address: null, user: null, port: null, localUser: '', now: new Date(0) }

// Finds a placeholder of a hidden variable without the mark that hides it.
function uncoveredPlace(command: string, name: string): string {
  return command.replaceAll(new RegExp(`(\\{\\{[ \\t]*${name}[ \\t]*)!`, 'gu'), '$1')
}

function valuesKey(id: SnippetId, target: Target | null): string {
  return `${id} ${target === null ? '*' : targetKey(target)}`
}

function sameKey({ name, command }: Snippet): string {
  return `${name}\n${command}`
}

/** True if the text depends on the dialect of its shell. */
function needsShell({ command, folder }: Snippet): boolean {
  return folder !== '' || command.includes('#') || variablesOf({ command, folder }).length > 0
}

/** Throws `invalid-input` with what to change. */
function check(snippet: Snippet): void {
  if (snippet.name.trim() === '' || snippet.command.trim() === '')
    throw new AppError('invalid-input', 'A snippet needs a name and a command.')
  if (snippet.mode !== 'background' && variablesOf(snippet).some(each => each.hidden))
    throw new AppError(
      'invalid-input',
      'A hidden value would be visible in the terminal and in the shell history. Choose to run it in the background.',
    )
  checkPlaces(snippet)
}

function problemOf(snippet: Snippet): readonly string[] {
  try {
    check(snippet)
    return []
  } catch (error) {
    return [
      `${snippet.name} was added, but must be changed before it can run. ${error instanceof Error ? error.message : ''}`,
    ]
  }
}
