import { z } from 'zod'

import { parseJumps } from '../base/jumps.ts'
import { isHostName, isUserName } from '../base/ssh-names.ts'
import { call, event } from './define.ts'
import { exactLine, line, secretText } from './text.ts'

export const hostId = z.uuid().brand<'HostId'>()
export type HostId = z.infer<typeof hostId>
export const groupId = z.uuid().brand<'GroupId'>()
export type GroupId = z.infer<typeof groupId>

/**
 * A name or address to dial: no leading dash, which other programs would treat as a flag, and nothing that is special
 * in a shell or known_hosts.
 */
export const address = z.string().max(255).refine(isHostName, 'must be a host name or an IP address')
export const port = z.int().min(1).max(65_535)
export const userName = z.string().max(128).refine(isUserName, 'must be a user name')

/** How to sign in to a host: `ask` tries the agent and keys, then asks, as OpenSSH does. */
export const signIn = z.enum(['ask', 'password', 'key', 'agent'])
export type SignIn = z.infer<typeof signIn>

/** A proxy for reaching hosts. Its password, if required, is asked for and saved in the vault. */
export const proxy = z.strictObject({
  kind: z.enum(['http', 'socks5', 'socks4']),
  address,
  port,
  /** Null means without authentication. */
  user: line(128).nullable().default(null),
})
export type Proxy = Readonly<z.output<typeof proxy>>

/** What keeps the shells of new terminals when the connection ends. */
const keepAlive = z.enum(['off', 'tmux'])
export type KeepAlive = z.infer<typeof keepAlive>

/** The appearance of a host's terminals, where it differs from the settings. */
export const terminalLook = z.strictObject({
  theme: line(64).nullable().default(null),
  fontSize: z.number().min(6).max(40).nullable().default(null),
})

export const host = z.strictObject({
  id: hostId,
  label: line(128).min(1),
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
  groupId: groupId.nullable().default(null),
  signIn: signIn.default('ask'),
  keyFile: exactLine(1024).nullable().default(null),
  jumpHostId: hostId.nullable().default(null),
  tags: z.array(line(32).min(1)).max(32).default([]),
  favourite: z.boolean().default(false),
  weakAlgorithms: z.boolean().default(false),
  /** Programs on the host may use the keys of the local agent. */
  forwardAgent: z.boolean().default(false),
  /** Null inherits from the group; with a jump host, only the first hop uses it. */
  proxy: proxy.nullable().default(null),
  look: terminalLook.default({ theme: null, fontSize: null }),
  /** Whether a lost terminal reconnects automatically; null follows the settings. */
  reconnect: z.boolean().nullable().default(null),
  /** Null inherits from the group, and is off without one. */
  keepAlive: keepAlive.nullable().default(null),
  lastUsed: z.number().nullable().default(null),
})
export type Host = Readonly<z.output<typeof host>>

/** A group passes its settings on to the hosts and groups in it that don't set their own. */
export const group = z.strictObject({
  id: groupId,
  label: line(128).min(1),
  parentId: groupId.nullable().default(null),
  user: userName.nullable().default(null),
  keyFile: exactLine(1024).nullable().default(null),
  jumpHostId: hostId.nullable().default(null),
  proxy: proxy.nullable().default(null),
  theme: line(64).nullable().default(null),
  keepAlive: keepAlive.nullable().default(null),
  folded: z.boolean().default(false),
})
export type Group = Readonly<z.output<typeof group>>

/** The user's additions to a config host, which don't change the file. */
export const hostNotes = z.strictObject({
  groupId: groupId.nullable().default(null),
  tags: z.array(line(32).min(1)).max(32).default([]),
  favourite: z.boolean().default(false),
  look: terminalLook.default({ theme: null, fontSize: null }),
  /** Whether a lost terminal reconnects automatically; null follows the settings. */
  reconnect: z.boolean().nullable().default(null),
  /** Null inherits from the group, and is off without one. */
  keepAlive: keepAlive.nullable().default(null),
  lastUsed: z.number().nullable().default(null),
})
export type HostNotes = Readonly<z.output<typeof hostNotes>>

/** A config line with a note about it. */
export interface LineNote {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** The additional facts about a host that comes from ssh_config(5). */
export interface ConfiguredHost {
  readonly name: string
  /** The position of its `Host` line. */
  readonly path: string
  readonly line: number
  /** The other names and patterns on that line: a change affects them too. */
  readonly alsoNames: readonly string[]
  /** ProxyJump, empty for none. */
  readonly jumps: string
  readonly proxyCommand: string | null
  /** The weak algorithms that its lines allow. */
  readonly weak: readonly string[]
  /** Its lines that Hawser doesn't support. */
  readonly ignoredOptions: readonly LineNote[]
  /** A line that OpenSSH would refuse: the host is not dialed until it is fixed. */
  readonly problem: LineNote | null
  /** A `Match exec` decides about it, which runs when the user connects and allows it. */
  readonly unsure: boolean
}

/** The user's SSH config as a whole. */
export interface ConfigOverview {
  readonly path: string
  /** The parts of the files that could not be read. */
  readonly notes: readonly LineNote[]
  readonly hosts: Readonly<Record<string, ConfiguredHost>>
  /** The number of further names that are not shown. */
  readonly left: number
}

function isJumpList(text: string): boolean {
  const hops = /\s/.test(text) ? undefined : parseJumps(text)
  return hops?.every(hop => address.safeParse(hop.address).success) === true
}

/** Changes to a config host; absent keywords stay, null removes the line. */
export const configChanges = z.strictObject({
  hostName: address.nullable().optional(),
  port: port.nullable().optional(),
  user: userName.nullable().optional(),
  identityFile: exactLine(1024)
    .min(1)
    .refine(path => !path.startsWith('vault:'), 'The SSH config supports key files only, not keys in the vault')
    .nullable()
    .optional(),
  proxyJump: line(1024)
    .min(1)
    .refine(text => text === 'none' || isJumpList(text), 'must be a comma-separated list of hosts')
    .nullable()
    .optional(),
  forwardAgent: z.enum(['yes', 'no']).nullable().optional(),
})
export type ConfigChanges = Readonly<z.output<typeof configChanges>>

/** The hosts as the window shows them; `secrets` lists those with a password or pasted key in the vault. */
export interface HostBook {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly secrets: Readonly<Record<string, readonly HostSecret[]>>
  readonly config: ConfigOverview
}

const hostSecret = z.enum(['password', 'private-key'])
export type HostSecret = z.infer<typeof hostSecret>

/** The saved hosts and their groups. The main process owns the data; every window has a mirror. */
export const hosts = {
  list: call(z.void()).returns<HostBook>(),
  /** Saves a host; for a config host, only the user's additions. */
  save: call(z.strictObject({ host })).returns<void>(),
  /** Deletes a host. Its secrets stay until the next start, so that undo restores everything. */
  remove: call(z.strictObject({ id: hostId })).returns<void>(),
  /** Saves a secret; an empty one removes it from the vault. */
  setSecret: call(z.strictObject({ id: hostId, kind: hostSecret, secret: secretText })).returns<void>(),
  saveGroup: call(z.strictObject({ group })).returns<void>(),
  /** Deletes a group; its hosts and groups move to its parent. */
  removeGroup: call(z.strictObject({ id: groupId })).returns<void>(),
  /**
   * Writes a change of a host to the config, preserving every other byte. Throws if an earlier line would take
   * precedence.
   */
  editConfig: call(z.strictObject({ id: hostId, changes: configChanges })).returns<void>(),
  onChanged: event<HostBook>(),
}
