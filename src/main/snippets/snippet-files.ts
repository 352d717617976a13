import { randomUUID } from 'node:crypto'

import Papa from 'papaparse'
import { z } from 'zod'

import { AppError } from '../../shared/base/errors.ts'
import {
  snippet,
  type HostsAndGroups,
  type Snippet,
  type SnippetId,
  type SnippetsImported,
} from '../../shared/contract/snippets.ts'

/** The snippets of a file, and the entries that can't be used. */
export interface ReadSnippets {
  readonly format: SnippetsImported['format']
  readonly snippets: readonly Snippet[]
  readonly skipped: readonly string[]
}

/** Maps the IDs of hosts and groups to their names and back. */
export interface Names {
  readonly hosts: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, string>
}

const places = z.object({ hosts: z.array(z.string()).optional(), groups: z.array(z.string()).optional() })
const ours = z.object({ hawser: z.literal('snippets'), version: z.int(), snippets: z.array(z.unknown()) })
const ourSnippet = z.looseObject({
  name: z.string(),
  command: z.union([z.string(), z.array(z.string())]),
  where: places.nullish(),
  onConnect: places.nullish(),
})
type OurSnippet = z.output<typeof ourSnippet>

/** Prints snippets in an editable form: a script is a list of lines; hosts and groups appear by name. */
export function printSnippets(all: readonly Snippet[], names: Names): string {
  const named = (of: HostsAndGroups) => ({
    ...(of.hosts.length > 0 ? { hosts: of.hosts.flatMap(id => names.hosts.get(id) ?? []) } : {}),
    ...(of.groups.length > 0 ? { groups: of.groups.flatMap(id => names.groups.get(id) ?? []) } : {}),
  })
  const usual = snippet.parse({ id: randomUUID(), name: 'x', command: 'x' })
  const list = all.map(({ id: _id, name, command, where, onConnect, ...rest }) => {
    const set = Object.entries(rest).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key as keyof Snippet]),
    )
    return {
      name,
      command: command.includes('\n') ? command.split('\n') : command,
      ...Object.fromEntries(set),
      ...(where === null ? {} : { where: named(where) }),
      ...(onConnect.hosts.length + onConnect.groups.length > 0 ? { onConnect: named(onConnect) } : {}),
    }
  })
  return `${JSON.stringify({ hawser: 'snippets', version: 1, snippets: list }, null, 2)}\n`
}

/** Reads a file of snippets. Errors: `invalid-input` for an unknown format. */
export function readSnippets(text: string, names: Names): ReadSnippets {
  const plain = text.replace(/^\ufeff/, '')
  const data = parseJson(plain)
  const own = ours.safeParse(data)
  if (own.success && own.data.version > 1)
    throw new AppError(
      'invalid-input',
      'This file was written by a newer version of Hawser. Update Hawser, then import it.',
    )
  if (own.success) return readOurs(own.data.snippets, names)
  const quick = electermList(data)
  if (quick)
    return collect(
      'electerm',
      quick.map(each => ({ name: each.name, make: () => fromElecterm(each) })),
    )
  const scripts = data === undefined ? termiusCsv(plain) : termiusList(data)
  if (scripts)
    return collect(
      'termius',
      scripts.map(each => ({ name: each.label, make: () => fromTermius(each) })),
    )
  if (/^\s*[[{]/.test(plain) && data === undefined)
    throw new AppError('invalid-input', 'This JSON file is incomplete. Export it again.')
  throw new AppError(
    'invalid-input',
    'There are no snippets in this file. Choose an export from Hawser, electerm or Termius.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readOurs(all: readonly unknown[], names: Names): ReadSnippets {
  const read = all.map(each => ourSnippet.safeParse(each).data)
  const found = read.flatMap(each => (each ? [{ name: each.name, make: () => fromOurs(each, names) }] : []))
  const { format, snippets, skipped } = collect('hawser', found)
  const odd = read.length - found.length
  const starting = read.filter(each => (each?.onConnect?.hosts ?? each?.onConnect?.groups ?? []).length > 0)
  return {
    format,
    snippets,
    skipped: [
      ...skipped,
      ...(odd > 0 ? [`${odd} entries have no name or no command`] : []),
      ...starting.map(each => `${each?.name}: its run-at-start setting was not imported; set it in the snippet’s form`),
    ],
  }
}

function collect(
  format: ReadSnippets['format'],
  found: readonly { readonly name: string; readonly make: () => unknown }[],
): ReadSnippets {
  const [made, skipped]: [Snippet[], string[]] = [[], []]
  for (const { name, make } of found) {
    const checked = snippet.safeParse(make())
    if (checked.success) made.push(checked.data)
    else skipped.push(`${name.slice(0, 64) || 'Unnamed snippet'}: ${problemOf(checked.error.issues[0]?.path[0])}`)
  }
  return { format, snippets: made, skipped }
}

function problemOf(field: PropertyKey | undefined): string {
  if (field === 'command') return 'its command is empty, too long or contains control characters'
  return field === 'name' ? 'its name is empty or too long' : `its ${String(field ?? 'content')} is not valid`
}

function fromOurs({ command, where, onConnect: _dropped, ...rest }: OurSnippet, names: Names): unknown {
  const ids = (map: ReadonlyMap<string, string>, wanted: readonly string[] = []) =>
    wanted.flatMap(name => [...map].filter(([, label]) => label === name).map(([id]) => id))
  const from = (of: z.output<typeof places>) => ({
    hosts: ids(names.hosts, of.hosts),
    groups: ids(names.groups, of.groups),
  })
  return {
    ...rest,
    id: newId(),
    command: Array.isArray(command) ? command.join('\n') : command,
    // With unknown hosts only, the snippet can't run until the user chooses some.
    where: where ? from(where) : null,
    // A file may come from anyone: only the user decides what starts automatically.
    onConnect: undefined,
  }
}

const electermSnippet = z.looseObject({
  name: z.string(),
  commands: z.array(z.looseObject({ command: z.string() })).optional(),
  command: z.string().optional(),
  inputOnly: z.boolean().optional(),
  labels: z.array(z.string()).optional(),
})

/** Finds electerm's quick commands: a list of its own, or part of a full export. */
function electermList(data: unknown): readonly z.output<typeof electermSnippet>[] | null {
  const whole = z.looseObject({ quickCommands: z.array(z.unknown()) }).safeParse(data)
  const list = z
    .array(electermSnippet)
    .min(1)
    .safeParse(whole.success ? whole.data.quickCommands : data)
  return list.success && list.data.every(each => each.command !== undefined || each.commands !== undefined)
    ? list.data
    : null
}

// electerm replaces {{clipboard}}, {{time}} and {{date}} and sends other braces unchanged. Their values are quoted
// here.
function fromElecterm({ name, commands, command, inputOnly, labels }: z.output<typeof electermSnippet>): unknown {
  const text = (commands?.map(each => each.command) ?? [command ?? '']).join('\n')
  return {
    id: newId(),
    name: fit(name),
    command: plainLines(text).replace(/\{\{(?!(?:clipboard|date|time)\}\})(?=[^{}\n]*\}\})/g, '\\{{'),
    mode: inputOnly === true ? 'type' : 'send',
    tags: (labels ?? []).map(label => fit(label, 32)).filter(Boolean),
  }
}

const termiusSnippet = z.looseObject({ label: z.string(), script: z.string(), note: z.string().nullish() })
type TermiusSnippet = z.output<typeof termiusSnippet>

/** Finds the snippets in the output of `termius snippets -f json`, its storage, and exports of its vault. */
function termiusList(data: unknown): readonly TermiusSnippet[] | null {
  const parts = z
    .looseObject({ snippets: z.array(z.unknown()).optional(), snippet_set: z.array(z.unknown()).optional() })
    .safeParse(data)
  const list = Array.isArray(data) ? data : parts.success ? (parts.data.snippets ?? parts.data.snippet_set) : undefined
  const found = (list ?? []).flatMap(each => {
    const inside = z.looseObject({ data: z.unknown() }).safeParse(each)
    const read = termiusSnippet.safeParse(inside.success && inside.data.data !== undefined ? inside.data.data : each)
    return read.success ? [read.data] : []
  })
  return found.length > 0 ? found : null
}

/** A table with a head of label and script; exporters that write `Label,Script` put line breaks down as \n. */
function termiusCsv(text: string): readonly TermiusSnippet[] | null {
  const [head, ...rows] = Papa.parse<string[]>(text, { skipEmptyLines: true }).data
  const at = (name: string) => (head ?? []).findIndex(each => each.trim().toLowerCase() === name)
  const [label, script] = [at('label'), at('script')]
  if (label < 0 || script < 0) return null
  const escaped = head?.[script]?.trim() === 'Script'
  const cell = (value = '') => (escaped ? value.replace(/^'(?=[=+@\t-])/, '').replaceAll('\\n', '\n') : value)
  return rows.filter(row => row.length > script).map(row => ({ label: cell(row[label]), script: cell(row[script]) }))
}

function fromTermius({ label, script, note }: TermiusSnippet): unknown {
  return { id: newId(), name: fit(label), command: plainLines(script), description: fit(note ?? '', 512) }
}

function fit(text: string, most = 64): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, most)
}

function plainLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\n+$/, '')
}

function newId(): SnippetId {
  return randomUUID() as SnippetId
}
