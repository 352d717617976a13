import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import type { ServerText } from '../base/server-text.ts'
import { call, event } from './define.ts'
import { port } from './hosts.ts'
import { sessionRun, type SessionRun } from './session-run.ts'
import { target, type Target } from './targets.ts'
import { line } from './text.ts'

export const terminalId = z.uuid().brand<'TerminalId'>()
export type TerminalId = z.infer<typeof terminalId>

/** Columns and rows, 1 to 1000 each. */
export const terminalSize = z.strictObject({ cols: z.int().min(1).max(1000), rows: z.int().min(1).max(1000) })
export type TerminalSize = Readonly<z.infer<typeof terminalSize>>

/** How a shell ended: its exit code, or the signal that terminated it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/**
 * The state of a terminal. Without a shell it keeps its screen: `reconnecting` reconnects automatically, `sign-in` does
 * so once the user has answered what the server asks, `lost` and `failed` offer to.
 */
export type TerminalState =
  /** `said`: the server’s banner, which may contain a link for signing in. */
  | { readonly kind: 'connecting'; readonly step: string; readonly said?: ServerText }
  | { readonly kind: 'asking' }
  | {
      readonly kind: 'ready'
      readonly latencyMs: number | null
      /** The weak algorithms negotiated for the connection, by their SSH names. */
      readonly weak: readonly string[]
    }
  | { readonly kind: 'stalled'; readonly seconds: number }
  /** `until`: when the next attempt starts, as milliseconds since the epoch; null while one is made. */
  | { readonly kind: 'reconnecting'; readonly error: WireError; readonly until: number | null }
  | { readonly kind: 'sign-in'; readonly error: WireError }
  | { readonly kind: 'lost'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }
  /** `sentence`: more than that it has ended, for the user. */
  | { readonly kind: 'exited'; readonly exit: Exit; readonly sentence?: string }

export interface TerminalSnapshot {
  readonly id: TerminalId
  readonly target: Target
  readonly state: TerminalState
  /** The session that it is attached to, if it isn’t a shell of its own. */
  readonly run?: SessionRun | undefined
  /** True for a pane of a session whose windows are tabs: `tmux.list` says which, and makes its pane and tab. */
  readonly isTmuxPane?: boolean
}

// As in `files`, whose page imports this one.
const typedPath = z.string().min(1).max(16_384)

/** A line that Hawser types for the user, or copies to the clipboard for pasting. */
const lineRequest = z.discriminatedUnion('kind', [
  /** Changes to a folder. */
  z.strictObject({ kind: z.literal('folder'), path: typedPath }),
  /** Paths as words. */
  z.strictObject({ kind: z.literal('paths'), paths: z.array(typedPath).min(1).max(1_000) }),
  /** Copies files with scp or rsync; `from` is the host that has them, null for this computer. */
  z.strictObject({
    kind: z.literal('copy'),
    program: z.enum(['scp', 'rsync']),
    paths: z.array(typedPath).min(1).max(10_000),
    from: z.strictObject({ login: line(512).regex(/^[^-]/), port: port.nullable() }).nullable(),
  }),
])

/**
 * Remote and local shells. Their bytes travel over a MessagePort under the terminal's ID, never through these calls.
 */
export const terminals = {
  /**
   * Opens a shell; resolves once it is running and its port was sent. The caller chooses the ID, so that opening can be
   * watched and cancelled. With `run`, the terminal attaches to a session of the host instead.
   */
  open: call(
    z.strictObject({ id: terminalId, target, size: terminalSize, run: sessionRun.optional() }),
  ).returns<void>(),
  /**
   * Opens a new port to a running shell, for a reloaded page; its first message is a replay. The port has an ID of its
   * own, because one that was meant for the page before may still arrive. A shell that has ended hands over what no page
   * has received. Errors: `not-found` if there is neither.
   */
  attach: call(z.strictObject({ id: terminalId, portId: z.uuid() })).returns<void>(),
  /**
   * Connects a terminal of the last run as if it had been lost: without asking anything, until it is there. Does nothing
   * for a host whose terminals don't reconnect by themselves.
   */
  restore: call(
    z.strictObject({ id: terminalId, target, size: terminalSize, run: sessionRun.optional() }),
  ).returns<void>(),
  /** Connects a reconnecting terminal now; with `ask` the server's questions may be asked. Does nothing for others. */
  reconnect: call(z.strictObject({ id: terminalId, ask: z.boolean() })).returns<void>(),
  /** Leaves a reconnecting terminal as `lost`. */
  stopReconnecting: call(z.strictObject({ id: terminalId })).returns<void>(),
  resize: call(z.strictObject({ id: terminalId, size: terminalSize })).returns<void>(),
  close: call(z.strictObject({ id: terminalId })).returns<void>(),
  /**
   * Composes a line, without Enter, quoted for the shell of a target. Errors: `invalid-input` with a sentence if a name
   * can't be typed safely, and those of connecting.
   */
  lineFor: call(z.strictObject({ target, request: lineRequest })).returns<string>(),
  list: call(z.void()).returns<readonly TerminalSnapshot[]>(),
  onChanged: event<readonly TerminalSnapshot[]>(),
}

/** The output of a shell before this page was loaded, for a screen of the size that it was written for. */
export interface TerminalReplay {
  readonly bytes: Uint8Array
  readonly size: TerminalSize
  /** False if older output was dropped. */
  readonly whole: boolean
}

/** The messages on a terminal's port. Acknowledgements contain the bytes processed by the screen. */
export type ToTerminal =
  | { readonly data: Uint8Array }
  | { readonly replay: TerminalReplay }
  /** The size that the screen must have from now on. A shell that says so also answers the queries of programs itself. */
  | { readonly screen: TerminalSize }
export type FromTerminal = { readonly input: Uint8Array } | { readonly ack: number }
