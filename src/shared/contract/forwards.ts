import { z } from 'zod'

import type { ConfigLine, WireError } from '../base/errors.ts'
import { call, event } from './define.ts'
import { preset, presetId, type Preset, type PresetId } from './presets.ts'
import { remoteTarget, type Target } from './targets.ts'
import { exactLine, line } from './text.ts'

const forwardId = z.uuid().brand<'ForwardId'>()
export type ForwardId = z.infer<typeof forwardId>

/** A machine's name or address as seen from the connecting side. */
const machine = line(255).regex(/^(\*|[A-Za-z0-9._:%-]+)$/, 'must be a host name or an IP address')
const anyPort = z.int().min(0).max(65_535)

/**
 * A listening address or destination: TCP, or a Unix socket with an absolute path. Port 0 for listening means any free
 * one.
 */
const endpoint = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tcp'), address: machine, port: anyPort }),
  z.strictObject({ kind: z.literal('unix'), path: exactLine(1024).regex(/^\//, 'must be an absolute path') }),
])
export type Endpoint = Readonly<z.output<typeof endpoint>>

/** `local` listens on this computer, `remote` on the host (RFC 4254, 7); `dynamic` is a local SOCKS proxy. */
const forwardKind = z.enum(['local', 'remote', 'dynamic'])
export type ForwardKind = z.infer<typeof forwardKind>

/** One saved forward. */
export const forward = z
  .strictObject({
    id: forwardId,
    label: line(128).min(1),
    target: remoteTarget,
    kind: forwardKind,
    listen: endpoint,
    /** Null for a dynamic one, which has no fixed destination. */
    to: endpoint.nullable(),
    /** Uses the next free port if the requested one is in use. */
    freePort: z.boolean().default(true),
    /**
     * Listens on the loopback address reserved for its host on this computer, if the system has one: `listen` then only
     * contains the port. Browsers keep cookies by host name, so only this separates the pages of two hosts.
     */
    ownAddress: z.boolean().default(false),
    /** Starts with the app, with the first connection to its host, or manually. */
    start: z.enum(['hand', 'app', 'host']).default('hand'),
    presetId: presetId.nullable().default(null),
    /** The path of the page to open; null if it isn't a web page. */
    page: exactLine(1024).nullable().default(null),
    /** Temporary: removed when it is stopped, or when its destination disappears. */
    temporary: z.boolean().default(false),
  })
  .refine(({ kind, to }) => (kind === 'dynamic') === (to === null), 'a dynamic forward has no destination')
export type Forward = Readonly<z.output<typeof forward>>

/** A forward in a file: earlier versions saved and exported `temporary` as `passing`. */
export const savedForward = z.preprocess(saved => {
  if (typeof saved !== 'object' || saved === null || !('passing' in saved)) return saved
  const { passing, ...others } = saved
  return { ...others, temporary: passing }
}, forward)

/** The state of a forward. */
export type ForwardState =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting'; readonly step: string }
  | { readonly kind: 'up'; readonly since: number }
  /** The connection was lost: it is retried automatically at `until` (milliseconds since 1970). */
  | { readonly kind: 'waiting'; readonly error: WireError; readonly until: number }
  /** A question is open, or the user must sign in again; `error` is the reason. */
  | { readonly kind: 'needs-you'; readonly error: WireError | null }
  | { readonly kind: 'failed'; readonly error: WireError }

/** The traffic of a forward. Bytes per second over the last few seconds. */
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
  /** The actual listening address, once listening. */
  readonly listening: Endpoint | null
  /** The loopback address reserved for its host; null if it doesn't listen there. */
  readonly ownAddress: string | null
  readonly counters: ForwardCounters
  /** The last refused connection, while the forward itself stays up. */
  readonly lastError: { readonly message: string; readonly at: number } | null
  /** The line of the user's SSH config that defines it and must be edited instead; null for a saved one. */
  readonly configLine: ConfigLine | null
}

/** Whose process listens on a port: the signed-in user's, another user's or a container's, or not known. */
export type PortOwner = 'self' | 'other' | 'unknown'

/** A listening port on a connected host. */
export interface FoundPort {
  readonly target: Target
  readonly port: number
  /** The name of the program and its script, without other arguments, which may contain secrets. */
  readonly process: string
  readonly pid: number | null
  readonly owner: PortOwner
  readonly presetId: PresetId | null
}

export const portRule = z.enum(['ask', 'automatic', 'never'])
export type PortRule = z.infer<typeof portRule>

/** How a service was last started on a host. */
export const launch = z.strictObject({
  command: exactLine(1024),
  folder: exactLine(1024),
  /** A folder with `bin/activate` or `conda-meta`; empty means the login shell's own environment. */
  environment: exactLine(1024),
})
export type Launch = Readonly<z.output<typeof launch>>

/** The result of using a preset. */
export type PresetResult =
  | { readonly kind: 'opened'; readonly id: ForwardId }
  /** The service isn't running on the host; this is how it could be started. */
  | {
      readonly kind: 'not-running'
      readonly launch: Launch | null
      readonly environments: readonly string[]
      readonly tmux: boolean
      readonly service: ServiceState
      /** Its usual port, if a service of another user or a container listens on it; otherwise null. */
      readonly elsesPort: number | null
    }

/** Whether the host's systemd keeps a service running for the user; `none` if it can't. */
export type ServiceState = 'none' | 'off' | 'on'

export interface ForwardBook {
  readonly forwards: readonly ForwardSnapshot[]
  readonly found: readonly FoundPort[]
  /** True if a host has more listening ports than are listed. */
  readonly foundMore: boolean
  /** Connected hosts that can’t be scanned, each with the reason as a sentence. */
  readonly foundTroubles: readonly { readonly target: Target; readonly text: string }[]
  readonly presets: readonly Preset[]
  /** By `targetKey`; `ask` by default. */
  readonly rules: Readonly<Record<string, PortRule>>
}

/**
 * Identifies an operation that takes longer than a second, so that it can be cancelled. Chosen by the caller and used
 * once.
 */
const operationId = z.uuid().brand<'OperationId'>()
export type OperationId = z.infer<typeof operationId>

const operation = operationId.nullable().default(null)
const one = z.strictObject({ id: forwardId })
const onHost = { target: remoteTarget, presetId, address: machine.nullable().default(null), operation }
/** Ends what a call with this operation waits for; that call then throws `cancelled`. Nothing where it has ended. */
const cancelCall = call(z.strictObject({ operation: operationId })).returns<void>()

/** Port forwards through hosts. Saved ones outlive lost connections, sleep and restarts. */
export const forwards = {
  list: call(z.void()).returns<ForwardBook>(),
  /** Saves a forward; a running one is restarted. */
  save: call(z.strictObject({ forward })).returns<void>(),
  remove: call(one).returns<void>(),
  start: call(one).returns<void>(),
  stop: call(one).returns<void>(),
  /** Opens its page in the user's browser, with its token if there is one. Resolves once the page has responded. */
  open: call(z.strictObject({ id: forwardId, operation })).returns<void>(),
  /** Copies the URL of its page, or its listening address, to the clipboard. */
  copyAddress: call(one).returns<void>(),
  /** Forwards a port that was found, or one named in a terminal, and opens its page. */
  forwardPort: call(
    z.strictObject({
      target: remoteTarget,
      port: z.int().min(1).max(65_535),
      open: z.boolean(),
      /** The page to open, if one was named; null opens the service's own. */
      page: z
        .strictObject({ path: exactLine(8192), secure: z.boolean() })
        .nullable()
        .default(null),
      operation,
    }),
  ).returns<ForwardId>(),
  cancel: cancelCall,
  ignorePort: call(z.strictObject({ target: remoteTarget, port: z.int().min(1).max(65_535) })).returns<void>(),
  setRule: call(z.strictObject({ target: remoteTarget, rule: portRule })).returns<void>(),
  /** Sets the hosts whose ports are scanned: the visible ones, or `all` connected ones. */
  watch: call(z.strictObject({ targets: z.union([z.literal('all'), z.array(remoteTarget).max(100)]) })).returns<void>(),
  onChanged: event<ForwardBook>(),
}

/** Services of hosts, found or started with one click; the presets themselves are in `ForwardBook`. */
export const presets = {
  /** Looks for the service on a host, forwards its port and opens its page; `address` is another machine behind the host. */
  use: call(z.strictObject(onHost)).returns<PresetResult>(),
  /** Starts the service on the host, then does what `use` does. */
  launch: call(z.strictObject({ ...onHost, launch })).returns<PresetResult>(),
  /** Keeps the service running by systemd for the user of the host, or no longer. */
  setService: call(z.strictObject({ ...onHost, launch, on: z.boolean() })).returns<void>(),
  save: call(z.strictObject({ preset })).returns<void>(),
  remove: call(z.strictObject({ id: presetId })).returns<void>(),
  /** The machines behind a host that the person has jobs on, by Slurm; none where there is no Slurm. */
  nodes: call(z.strictObject({ target: remoteTarget, operation })).returns<readonly string[]>(),
  cancel: cancelCall,
}
