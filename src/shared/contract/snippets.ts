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
 * How a snippet runs: typed into the terminal and run, typed only, in the background with its output in a panel, or in
 * a tmux window.
 */
export const runMode = z.enum(['send', 'type', 'background', 'tmux'])
export type RunMode = z.infer<typeof runMode>

// Earlier versions saved and exported `apart`.
const savedMode = z
  .enum([...runMode.options, 'apart'])
  .transform((mode): RunMode => (mode === 'apart' ? 'background' : mode))

/** A script: lines and tabs, but no other control characters. */
const scriptText = z
  .string()
  .min(1)
  .max(65_536)
  .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'must not contain control characters')

/** Hosts, and groups with everything in them. */
const hostsAndGroups = z.strictObject({
  hosts: z.array(hostId).max(10_000).default([]),
  groups: z.array(groupId).max(1_000).default([]),
})
export type HostsAndGroups = Readonly<z.output<typeof hostsAndGroups>>

/** A saved command; see snippet-template for its variables. */
export const snippet = z.strictObject({
  id: snippetId,
  name: line(64).min(1),
  command: scriptText,
  description: line(512).default(''),
  tags: z.array(line(32).min(1)).max(32).default([]),
  /** The package it is listed under; empty for none. */
  package: line(64).default(''),
  icon: snippetIcon.default('terminal'),
  /** The hosts where it may run; null is everywhere. */
  where: hostsAndGroups.nullable().default(null),
  mode: savedMode.default('send'),
  /** The folder in which it runs; empty is the shell's current one. */
  folder: exactLine(1024).default(''),
  /** Asks for confirmation before it runs. */
  confirm: z.boolean().default(false),
  /** Runs in each terminal opened on these hosts. */
  onConnect: hostsAndGroups.default({ hosts: [], groups: [] }),
  /** Also runs there when a lost terminal has reconnected by itself. */
  onReconnect: z.boolean().default(false),
  /** Its number for a shortcut with Ctrl and Shift; each belongs to at most one snippet. */
  key: z.int().min(1).max(9).nullable().default(null),
})
export type Snippet = Readonly<z.output<typeof snippet>>

/** The saved snippets, in display order. */
export interface SnippetBook {
  readonly snippets: readonly Snippet[]
  /** When each was last used, in milliseconds since 1970. */
  readonly used: Readonly<Record<SnippetId, number>>
}

const valueText = z
  .string()
  .max(65_536)
  .refine(text => !text.includes('\0'), 'must not contain NUL characters')
/** The values of variables, by name. */
export const values = z.record(line(64), valueText)
export type Values = Readonly<z.output<typeof values>>

/** Values that only the window knows; null if it doesn't. */
const given = z.strictObject({
  cwd: exactLine(4096).nullable().default(null),
  selection: valueText.nullable().default(null),
  clipboard: valueText.nullable().default(null),
})
export type Given = Readonly<z.output<typeof given>>

/** The variables to ask for before a run, with their previous values. */
export interface Asking {
  readonly variables: readonly Variable[]
  readonly last: Values
}

const one = z.strictObject({ id: snippetId })

/** Saved commands. Hidden values pass through and are never stored. */
export const snippets = {
  list: call(z.void()).returns<SnippetBook>(),
  /**
   * Saves a snippet; its number is taken away from another one. Errors: `invalid-input` if a value could not be
   * inserted safely.
   */
  save: call(z.strictObject({ snippet })).returns<void>(),
  remove: call(one).returns<void>(),
  /** Restores deleted starters; returns their number. */
  addStarters: call(z.void()).returns<number>(),
  asking: call(z.strictObject({ id: snippetId, target: target.nullable(), given })).returns<Asking>(),
  /** Returns the command for a target, with hidden values masked, for display. */
  preview: call(z.strictObject({ id: snippetId, target, values, given })).returns<string>(),
  /** Returns the text to type into a terminal on a target; the values are remembered for it. */
  typed: call(z.strictObject({ id: snippetId, target, values, given })).returns<string>(),
  /** Imports the snippets of a file: Hawser's own, or an export from electerm or Termius. */
  importFrom: call(z.strictObject({ path: exactLine(4096) })).returns<SnippetsImported>(),
  /** Writes the named snippets, or all, to a folder; returns the file's path. */
  exportTo: call(
    z.strictObject({ folder: exactLine(4096), ids: z.array(snippetId).max(10_000).nullable() }),
  ).returns<string>(),
  onChanged: event<SnippetBook>(),
}

export interface SnippetsImported {
  readonly format: 'hawser' | 'electerm' | 'termius'
  readonly added: number
  /** The number of snippets that already existed. */
  readonly there: number
  /** The skipped entries and why. */
  readonly skipped: readonly string[]
}

const runId = z.uuid().brand<'RunId'>()
export type RunId = z.infer<typeof runId>

/** The state of a run on one host. */
export type RunState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'connecting'; readonly step: string }
  | { readonly kind: 'asking' }
  | { readonly kind: 'running' }
  /** The command exited. */
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null }
  /** The command was not started, or its connection was lost. */
  | { readonly kind: 'failed'; readonly error: WireError }
  /** Stopped by the user; `sure` if the host confirmed its end. */
  | { readonly kind: 'stopped'; readonly sure: boolean }

/** One host of a run. */
export interface RunRow {
  readonly target: Target
  readonly label: string
  readonly state: RunState
  /** Milliseconds since 1970; null before the start. */
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** The size of its output. */
  readonly bytes: number
  /** Equal for equal output; null until it has ended. */
  readonly digest: string | null
}

/** A snippet that is running or has run on one or more hosts. */
export interface RunSnapshot {
  readonly id: RunId
  readonly snippetId: SnippetId
  readonly name: string
  readonly mode: 'background' | 'tmux'
  readonly startedAt: number
  readonly rows: readonly RunRow[]
}

/** Part of a host's output. */
export interface RunOutput {
  readonly data: Uint8Array
  /** The start of the next part. */
  readonly next: number
  /** The number of bytes before `data` that were dropped to limit memory. */
  readonly left: number
}

const aRun = z.strictObject({ id: runId })
const row = z.int().min(0).max(9_999)

/** Snippets run in the background. They are kept until closed or Hawser quits; never on disk. */
export const runs = {
  list: call(z.void()).returns<readonly RunSnapshot[]>(),
  /** Starts on as many hosts in parallel as the settings allow; values are remembered for each. */
  start: call(
    z.strictObject({
      snippetId,
      mode: z.enum(['background', 'tmux']),
      targets: z.array(remoteTarget).min(1).max(10_000),
      values,
      given,
    }),
  ).returns<RunId>(),
  /** Runs again on the hosts that failed, or everywhere, with the same values. */
  again: call(z.strictObject({ id: runId, all: z.boolean() })).returns<void>(),
  /** Stops one host, or all. */
  stop: call(z.strictObject({ id: runId, row: row.nullable() })).returns<void>(),
  /** Stops running commands, and discards the run with its output. */
  close: call(aRun).returns<void>(),
  output: call(z.strictObject({ id: runId, row, from: z.int().min(0) })).returns<RunOutput>(),
  /** Returns the output of all hosts as one text. */
  text: call(aRun).returns<string>(),
  /** Writes that text to a folder; returns the file's path. */
  saveTo: call(z.strictObject({ id: runId, folder: exactLine(4096) })).returns<string>(),
  onChanged: event<readonly RunSnapshot[]>(),
}
