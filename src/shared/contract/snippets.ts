import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import type { Variable } from '../base/snippet-template.ts'
import { call, event } from './define.ts'
import { groupId, hostId } from './hosts.ts'
import { remoteTarget, target, type Target } from './targets.ts'
import { exactLine, line } from './text.ts'

export const snippetId = z.uuid().brand<'SnippetId'>()
export type SnippetId = z.infer<typeof snippetId>

export const snippetIcon = z.enum([
  'terminal',
  'chip',
  'memory',
  'disk',
  'file',
  'log',
  'chart',
  'list',
  'search',
  'branch',
  'package',
  'window',
  'play',
  'refresh',
  'upload',
  'download',
  'key',
  'stop',
])
export type SnippetIcon = z.infer<typeof snippetIcon>

/**
 * How a snippet runs: typed into the terminal and sent, typed and left for Enter, apart with its output in a panel, or in
 * a window of tmux.
 */
export const runMode = z.enum(['send', 'type', 'apart', 'tmux'])
export type RunMode = z.infer<typeof runMode>

/** A script as it is typed: lines and tabs, no other control character. */
export const scriptText = z
  .string()
  .min(1)
  .max(65_536)
  .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'must not contain control characters')

/** Hosts, and groups with all that is in them. */
export const hostsAndGroups = z.strictObject({
  hosts: z.array(hostId).max(10_000).default([]),
  groups: z.array(groupId).max(1_000).default([]),
})
export type HostsAndGroups = Readonly<z.output<typeof hostsAndGroups>>

/** A command that somebody runs again and again; how its variables are written: see snippet-template. */
export const snippet = z.strictObject({
  id: snippetId,
  name: line(64).min(1),
  command: scriptText,
  description: line(512).default(''),
  tags: z.array(line(32).min(1)).max(32).default([]),
  /** What it is listed under; empty for none. */
  package: line(64).default(''),
  icon: snippetIcon.default('terminal'),
  /** Where it may run; null is everywhere. */
  where: hostsAndGroups.nullable().default(null),
  mode: runMode.default('send'),
  /** Where it runs; empty is where the shell is. */
  folder: exactLine(1024).default(''),
  /** Asks before it runs. */
  confirm: z.boolean().default(false),
  /** Runs in each terminal that is opened on these. */
  onConnect: hostsAndGroups.default({ hosts: [], groups: [] }),
  /** Its number with Ctrl and Shift; one snippet has each. */
  key: z.int().min(1).max(9).nullable().default(null),
})
export type Snippet = Readonly<z.output<typeof snippet>>

/** The saved snippets, in the order they are shown. */
export interface SnippetBook {
  readonly snippets: readonly Snippet[]
  /** When each was last used, in milliseconds since 1970. */
  readonly used: Readonly<Record<SnippetId, number>>
}

const valueText = z
  .string()
  .max(65_536)
  .refine(text => !text.includes('\0'), 'must not contain NUL characters')
/** What variables are filled with, by name. */
export const values = z.record(line(64), valueText)
export type Values = Readonly<z.output<typeof values>>

/** What only the window knows; null where it does not. */
export const given = z.strictObject({
  cwd: exactLine(4096).nullable().default(null),
  selection: valueText.nullable().default(null),
  clipboard: valueText.nullable().default(null),
})
export type Given = Readonly<z.output<typeof given>>

/** What must be asked before a snippet runs, with what was said last time. */
export interface Asking {
  readonly variables: readonly Variable[]
  readonly last: Values
}

const one = z.strictObject({ id: snippetId })

/** Saved commands. Hidden values pass through and are kept nowhere. */
export const snippets = {
  list: call(z.void()).returns<SnippetBook>(),
  /** One that takes a number takes it from the other. Throws `invalid-input` where a value could not be put in safely. */
  save: call(z.strictObject({ snippet })).returns<void>(),
  remove: call(one).returns<void>(),
  /** Brings back the starters that were deleted; answers how many. */
  addStarters: call(z.void()).returns<number>(),
  asking: call(z.strictObject({ id: snippetId, target: target.nullable(), given })).returns<Asking>(),
  /** What would run there, with hidden values covered; for showing. */
  preview: call(z.strictObject({ id: snippetId, target, values, given })).returns<string>(),
  /** What to type into a terminal on a target; the values are remembered for it. */
  typed: call(z.strictObject({ id: snippetId, target, values, given })).returns<string>(),
  /** Adds the snippets of a file: Hawser's own, or what electerm or Termius gave away. */
  importFrom: call(z.strictObject({ path: exactLine(4096) })).returns<SnippetsImported>(),
  /** Writes the named snippets, or all, into a folder; answers with the file's path. */
  exportTo: call(
    z.strictObject({ folder: exactLine(4096), ids: z.array(snippetId).max(10_000).nullable() }),
  ).returns<string>(),
  onChanged: event<SnippetBook>(),
}

export interface SnippetsImported {
  readonly format: 'hawser' | 'electerm' | 'termius'
  readonly added: number
  /** How many were there already. */
  readonly there: number
  /** What was left out, and why. */
  readonly skipped: readonly string[]
}

export const runId = z.uuid().brand<'RunId'>()
export type RunId = z.infer<typeof runId>

/** Where a run stands on one host. */
export type RunState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'connecting'; readonly step: string }
  | { readonly kind: 'asking' }
  | { readonly kind: 'running' }
  /** It ended by itself. */
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null }
  /** It never began, or its link was lost on the way. */
  | { readonly kind: 'failed'; readonly error: WireError }
  /** By a person; `sure` when the host said that it ended. */
  | { readonly kind: 'stopped'; readonly sure: boolean }

/** One host of a run. */
export interface RunRow {
  readonly target: Target
  readonly label: string
  readonly state: RunState
  /** Milliseconds since 1970; null before. */
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** How much it has printed. */
  readonly bytes: number
  /** Equal for equal output; null until it ended. */
  readonly digest: string | null
}

/** A snippet that runs, or ran, on one host or many. */
export interface RunSnapshot {
  readonly id: RunId
  readonly snippetId: SnippetId
  readonly name: string
  readonly mode: 'apart' | 'tmux'
  readonly startedAt: number
  readonly rows: readonly RunRow[]
}

/** A part of what a host printed. */
export interface RunOutput {
  readonly data: Uint8Array
  /** Where the next part begins. */
  readonly next: number
  /** How many bytes before `data` were let go, so that memory holds. */
  readonly left: number
}

const aRun = z.strictObject({ id: runId })
const row = z.int().min(0).max(9_999)

/** Snippets that run apart from terminals. Kept until they are closed or the program ends; never on the disk. */
export const runs = {
  list: call(z.void()).returns<readonly RunSnapshot[]>(),
  /** Begins on so many hosts at once as the settings say; values are remembered for each. */
  start: call(
    z.strictObject({
      snippetId,
      mode: z.enum(['apart', 'tmux']),
      targets: z.array(remoteTarget).min(1).max(10_000),
      values,
      given,
    }),
  ).returns<RunId>(),
  /** Runs once more where it did not end with 0, or everywhere; the same values hold. */
  again: call(z.strictObject({ id: runId, all: z.boolean() })).returns<void>(),
  /** Stops one host, or all. */
  stop: call(z.strictObject({ id: runId, row: row.nullable() })).returns<void>(),
  /** Stops what runs, and forgets it with its output. */
  close: call(aRun).returns<void>(),
  output: call(z.strictObject({ id: runId, row, from: z.int().min(0) })).returns<RunOutput>(),
  /** The output of all hosts, as one text. */
  text: call(aRun).returns<string>(),
  /** Writes that into a folder; answers with the file's path. */
  saveTo: call(z.strictObject({ id: runId, folder: exactLine(4096) })).returns<string>(),
  onChanged: event<readonly RunSnapshot[]>(),
}
