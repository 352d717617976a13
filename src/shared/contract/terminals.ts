import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import type { ServerText } from '../base/server-text.ts'
import { call, event } from './define.ts'
import { port } from './hosts.ts'
import { target, type Target } from './targets.ts'
import { line } from './text.ts'

export const terminalId = z.uuid().brand<'TerminalId'>()
export type TerminalId = z.infer<typeof terminalId>

/** Columns and rows, 1 to 1000 each. */
export const terminalSize = z.strictObject({ cols: z.int().min(1).max(1000), rows: z.int().min(1).max(1000) })
export type TerminalSize = Readonly<z.infer<typeof terminalSize>>

/** How a shell ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** Where a terminal stands. `lost` and `failed` keep the screen and offer to connect again. */
export type TerminalState =
  /** `said`: the server’s banner, which may hold a link by which to sign in. */
  | { readonly kind: 'connecting'; readonly step: string; readonly said?: ServerText }
  | { readonly kind: 'asking' }
  | {
      readonly kind: 'ready'
      readonly latencyMs: number | null
      /** The weak algorithms that the connection has negotiated, by their SSH names. */
      readonly weak: readonly string[]
    }
  | { readonly kind: 'stalled'; readonly seconds: number }
  | { readonly kind: 'lost'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'exited'; readonly exit: Exit }

export interface TerminalSnapshot {
  readonly id: TerminalId
  readonly target: Target
  readonly state: TerminalState
}

// As in `files`, whose page imports this one.
const typedPath = z.string().min(1).max(16_384)

/** A line that Hawser types for the user, or puts on the clipboard for them to paste. */
export const lineRequest = z.discriminatedUnion('kind', [
  /** Goes to a folder. */
  z.strictObject({ kind: z.literal('folder'), path: typedPath }),
  /** Paths as words. */
  z.strictObject({ kind: z.literal('paths'), paths: z.array(typedPath).min(1).max(1_000) }),
  /** Copies files with scp or rsync; `from` is the host that they are on, null for this computer. */
  z.strictObject({
    kind: z.literal('copy'),
    program: z.enum(['scp', 'rsync']),
    paths: z.array(typedPath).min(1).max(10_000),
    from: z.strictObject({ login: line(512).regex(/^[^-]/), port: port.nullable() }).nullable(),
  }),
])
export type LineRequest = Readonly<z.output<typeof lineRequest>>

/** Shells on remote hosts and on this computer. Bytes travel over a MessagePort under the terminal's id, never through these calls. */
export const terminals = {
  /** Answers once the shell runs; its port has then been sent. The id is the caller's, so that opening can be watched and cancelled. */
  open: call(z.strictObject({ id: terminalId, target, size: terminalSize })).returns<void>(),
  /**
   * Opens a new port to a shell that runs already, for a page that was loaded again; its first message is a replay.
   * Throws `not-found` where none runs under this id.
   */
  attach: call(z.strictObject({ id: terminalId })).returns<void>(),
  resize: call(z.strictObject({ id: terminalId, size: terminalSize })).returns<void>(),
  close: call(z.strictObject({ id: terminalId })).returns<void>(),
  /**
   * Composes a line, without Enter, for the shell of a target, quoted for just that shell. Throws `invalid-input` with a
   * sentence where a name can't be typed safely there, and what connecting throws.
   */
  lineFor: call(z.strictObject({ target, request: lineRequest })).returns<string>(),
  list: call(z.void()).returns<readonly TerminalSnapshot[]>(),
  onChanged: event<readonly TerminalSnapshot[]>(),
}

/** The output that a shell had before this page came, for a screen of the size that it was written for. */
export interface TerminalReplay {
  readonly bytes: Uint8Array
  readonly size: TerminalSize
  /** False when older output was left out. */
  readonly whole: boolean
}

/** What travels on a terminal's port. Acknowledgements carry the bytes the screen has taken in. */
export type ToTerminal = { readonly data: Uint8Array } | { readonly replay: TerminalReplay }
export type FromTerminal = { readonly input: Uint8Array } | { readonly ack: number }
