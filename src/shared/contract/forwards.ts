import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import { call, event } from './define.ts'
import { preset, presetId, type Preset, type PresetId } from './presets.ts'
import { remoteTarget, type Target } from './targets.ts'
import { exactLine, line } from './text.ts'

export const forwardId = z.uuid().brand<'ForwardId'>()
export type ForwardId = z.infer<typeof forwardId>

/** A name or address of a machine as the side that connects knows it. */
const machine = line(255).regex(/^(\*|[A-Za-z0-9._:%-]+)$/, 'must be a host name or an IP address')
const anyPort = z.int().min(0).max(65_535)

/** Where something listens or leads: TCP, or a Unix socket by its absolute path. Port 0 to listen on is any free one. */
export const endpoint = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tcp'), address: machine, port: anyPort }),
  z.strictObject({ kind: z.literal('unix'), path: exactLine(1024).regex(/^\//, 'must be an absolute path') }),
])
export type Endpoint = Readonly<z.output<typeof endpoint>>

/** `local` listens here, `remote` on the host (RFC 4254, 7); `dynamic` is a SOCKS proxy here. */
export const forwardKind = z.enum(['local', 'remote', 'dynamic'])
export type ForwardKind = z.infer<typeof forwardKind>

/** One forward as it is saved. */
export const forward = z
  .strictObject({
    id: forwardId,
    label: line(128).min(1),
    target: remoteTarget,
    kind: forwardKind,
    listen: endpoint,
    /** Null for a dynamic one, which leads anywhere. */
    to: endpoint.nullable(),
    /** The next free port is taken when the wanted one is not free. */
    freePort: z.boolean().default(true),
    /**
     * Listens on the loopback address that its host has to itself on this computer, where the system has one: `listen`
     * gives the port alone. Browsers keep cookies by host name, so that pages of two hosts are apart only this way.
     */
    ownAddress: z.boolean().default(false),
    /** With the program, with the first connection to its host, or by hand. */
    start: z.enum(['hand', 'app', 'host']).default('hand'),
    presetId: presetId.nullable().default(null),
    /** The path of the page to open; null where it is no page. */
    page: exactLine(1024).nullable().default(null),
    /** Not kept: it goes when it is stopped, or when what it leads to does. */
    passing: z.boolean().default(false),
  })
  .refine(({ kind, to }) => (kind === 'dynamic') === (to === null), 'a dynamic forward has no destination')
export type Forward = Readonly<z.output<typeof forward>>

/** Where a forward stands. */
export type ForwardState =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting'; readonly step: string }
  | { readonly kind: 'up'; readonly since: number }
  /** The link is lost: it goes on by itself at `until` (milliseconds since 1970). */
  | { readonly kind: 'waiting'; readonly error: WireError; readonly until: number }
  /** A question is open, or a person must sign in again; `error` says why. */
  | { readonly kind: 'needs-you'; readonly error: WireError | null }
  | { readonly kind: 'failed'; readonly error: WireError }

/** What went through it. Bytes a second over the last seconds. */
export interface ForwardCounters {
  readonly now: number
  readonly ever: number
  /** From this computer to the host, and back. */
  readonly bytesOut: number
  readonly bytesIn: number
  readonly rate: number
}

export interface ForwardSnapshot {
  readonly forward: Forward
  readonly state: ForwardState
  /** Where it really listens, once it does. */
  readonly listening: Endpoint | null
  /** The loopback address that its host has to itself; null where it does not listen there. */
  readonly ownAddress: string | null
  readonly counters: ForwardCounters
  /** The last connection that was refused, while the forward itself stays up. */
  readonly lastError: { readonly message: string; readonly at: number } | null
  /** The line of the person's ssh_config that gives it, which alone changes it; null for one that is saved here. */
  readonly configLine: { readonly path: string; readonly line: number } | null
}

/** What listens on a host that is connected. */
export interface FoundPort {
  readonly target: Target
  readonly port: number
  /** The name of the program and of its script; none of its other arguments, which may hold secrets. */
  readonly process: string
  readonly pid: number | null
  /** True where the process is the signed-in user's own; false where it is not, or where the system does not tell. */
  readonly own: boolean
  readonly presetId: PresetId | null
}

export const portRule = z.enum(['ask', 'automatic', 'never'])
export type PortRule = z.infer<typeof portRule>

/** How a service was last started on a host. */
export const launch = z.strictObject({
  command: exactLine(1024),
  folder: exactLine(1024),
  /** A folder with `bin/activate` or `conda-meta`; empty is the login shell's own. */
  environment: exactLine(1024),
})
export type Launch = Readonly<z.output<typeof launch>>

/** What a click on a preset came to. */
export type PresetResult =
  | { readonly kind: 'opened'; readonly id: ForwardId }
  /** It does not run over there; this is how it could be started. */
  | {
      readonly kind: 'not-running'
      readonly launch: Launch | null
      readonly environments: readonly string[]
      readonly tmux: boolean
      readonly service: ServiceState
      /** Its usual port, where a service of another user or of a container listens on that; null where none does. */
      readonly elsesPort: number | null
    }

/** Whether a service is kept running by the host's own systemd for the user; `none` where it can't be. */
export type ServiceState = 'none' | 'off' | 'on'

export interface ForwardBook {
  readonly forwards: readonly ForwardSnapshot[]
  readonly found: readonly FoundPort[]
  /** True where a host has more listening ports than are listed. */
  readonly foundMore: boolean
  /** Live hosts that can’t be looked at, each with the reason in a sentence. */
  readonly foundTroubles: readonly { readonly target: Target; readonly text: string }[]
  readonly presets: readonly Preset[]
  /** By the text of a target, see `targetKey`; `ask` where none is set. */
  readonly rules: Readonly<Record<string, PortRule>>
}

/** Names work that takes longer than a second, so that it can be cancelled: the caller's own, and used once. */
export const operationId = z.uuid().brand<'OperationId'>()
export type OperationId = z.infer<typeof operationId>

const operation = operationId.nullable().default(null)
const one = z.strictObject({ id: forwardId })
const onHost = { target: remoteTarget, presetId, address: machine.nullable().default(null), operation }

/** Ports that lead through hosts. Saved ones outlive a lost link, sleep and the end of the program. */
export const forwards = {
  list: call(z.void()).returns<ForwardBook>(),
  /** A change of one that runs starts it anew. */
  save: call(z.strictObject({ forward })).returns<void>(),
  remove: call(one).returns<void>(),
  start: call(one).returns<void>(),
  stop: call(one).returns<void>(),
  /** Opens its page in the person's browser, with the token where there is one. Answers once the page answered. */
  open: call(z.strictObject({ id: forwardId, operation })).returns<void>(),
  /** Puts the address of its page, or where it listens, on the clipboard. */
  copyAddress: call(one).returns<void>(),
  /** Looks for the service on a host, forwards its port and opens its page; `address` is another machine behind the host. */
  usePreset: call(z.strictObject(onHost)).returns<PresetResult>(),
  /** Starts the service over there, then does what `usePreset` does. */
  launch: call(z.strictObject({ ...onHost, launch })).returns<PresetResult>(),
  /** Keeps the service running by systemd for the user over there, or no longer. */
  setService: call(z.strictObject({ ...onHost, launch, on: z.boolean() })).returns<void>(),
  savePreset: call(z.strictObject({ preset })).returns<void>(),
  removePreset: call(z.strictObject({ id: presetId })).returns<void>(),
  /** The machines behind a host that the person has jobs on, by Slurm; none where there is no Slurm. */
  nodes: call(z.strictObject({ target: remoteTarget, operation })).returns<readonly string[]>(),
  /** Forwards a port that was found, or one named in a terminal, and opens its page. */
  forwardPort: call(
    z.strictObject({
      target: remoteTarget,
      port: z.int().min(1).max(65_535),
      open: z.boolean(),
      /** The page to open, where one was named; null is that of the service. */
      page: z
        .strictObject({ path: exactLine(8192), secure: z.boolean() })
        .nullable()
        .default(null),
      operation,
    }),
  ).returns<ForwardId>(),
  /** Ends what a call with this operation waits for; that call then throws `cancelled`. Nothing where it has ended. */
  cancel: call(z.strictObject({ operation: operationId })).returns<void>(),
  ignorePort: call(z.strictObject({ target: remoteTarget, port: z.int().min(1).max(65_535) })).returns<void>(),
  setRule: call(z.strictObject({ target: remoteTarget, rule: portRule })).returns<void>(),
  /** The hosts that are looked at for ports: those that somebody sees. `all` are those that are connected. */
  watch: call(z.strictObject({ targets: z.union([z.literal('all'), z.array(remoteTarget).max(100)]) })).returns<void>(),
  onChanged: event<ForwardBook>(),
}
