import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import { shortName } from '../base/shown-name.ts'
import { call, event } from './define.ts'
import { address, hostId, port, userName } from './hosts.ts'
import { line } from './text.ts'

export const terminalId = z.uuid().brand<'TerminalId'>()
export type TerminalId = z.infer<typeof terminalId>

/** Columns and rows, 1 to 1000 each. */
export const terminalSize = z.strictObject({ cols: z.int().min(1).max(1000), rows: z.int().min(1).max(1000) })
export type TerminalSize = Readonly<z.infer<typeof terminalSize>>

/** One stop on the way to a host that is not saved. */
export const hop = z.strictObject({
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
})
export type Hop = Readonly<z.output<typeof hop>>

/** What is wrong with a stop that was typed or came from a link, as a sentence; null for nothing. */
export function wrongHop(stop: Hop): string | null {
  if (stop.address === '') return 'Type the host to connect to.'
  if (!address.safeParse(stop.address).success) return `${shortName(stop.address)} is not an address.`
  if (stop.port !== null && !port.safeParse(stop.port).success) return 'A port is a number from 1 to 65535.'
  if (stop.user !== null && !userName.safeParse(stop.user).success)
    return `“${shortName(stop.user)}” is not a user name.`
  return null
}

/** What a terminal is opened on: a saved host, an address somebody typed, or a shell on this computer. */
export const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('host'), hostId }),
  z.strictObject({
    kind: z.literal('address'),
    ...hop.shape,
    jumps: z.array(hop).max(8).default([]),
    keyFile: line(1024).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('local') }),
])
export type Target = Readonly<z.output<typeof target>>

/** A target on another machine. */
export const remoteTarget = target.refine(({ kind }) => kind !== 'local', 'must be a host')

/** One text for one target, for lists that are kept by host. */
export function targetKey(of: Target): string {
  if (of.kind === 'host') return of.hostId
  return of.kind === 'local' ? 'local' : `${of.user ?? ''}@${of.address}:${of.port ?? 22}`
}

/** How a shell ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** Where a terminal stands. `lost` and `failed` keep the screen and offer to connect again. */
export type TerminalState =
  | { readonly kind: 'connecting'; readonly step: string }
  | { readonly kind: 'asking' }
  | { readonly kind: 'ready'; readonly latencyMs: number | null }
  | { readonly kind: 'stalled'; readonly seconds: number }
  | { readonly kind: 'lost'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'exited'; readonly exit: Exit }

export interface TerminalSnapshot {
  readonly id: TerminalId
  readonly target: Target
  readonly state: TerminalState
}

/** Shells on remote hosts and on this computer. Bytes travel over a MessagePort under the terminal's id, never through these calls. */
export const terminals = {
  /** Answers once the shell runs; its port has then been sent. The id is the caller's, so that opening can be watched and cancelled. */
  open: call(z.strictObject({ id: terminalId, target, size: terminalSize })).returns<void>(),
  resize: call(z.strictObject({ id: terminalId, size: terminalSize })).returns<void>(),
  close: call(z.strictObject({ id: terminalId })).returns<void>(),
  list: call(z.void()).returns<readonly TerminalSnapshot[]>(),
  onChanged: event<readonly TerminalSnapshot[]>(),
}

/** What travels on a terminal's port. Acknowledgements carry the bytes the screen has taken in. */
export type ToTerminal = { readonly data: Uint8Array }
export type FromTerminal = { readonly input: Uint8Array } | { readonly ack: number }
