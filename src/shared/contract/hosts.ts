import { z } from 'zod'

import { parseJumps } from '../base/jumps.ts'
import { isHostName, isUserName } from '../base/ssh-names.ts'
import { call, event } from './define.ts'
import { exactLine, line, secretText } from './text.ts'

export const hostId = z.uuid().brand<'HostId'>()
export type HostId = z.infer<typeof hostId>
export const groupId = z.uuid().brand<'GroupId'>()
export type GroupId = z.infer<typeof groupId>

/** A name or address to dial: no leading dash, which other programs would read as a flag, and nothing that means more in a shell or known_hosts. */
export const address = z.string().max(255).refine(isHostName, 'must be a host name or an IP address')
export const port = z.int().min(1).max(65_535)
export const userName = z.string().max(128).refine(isUserName, 'must be a user name')

/** How a host is signed in to: `ask` tries agent, keys and then asks, as OpenSSH does. */
export const signIn = z.enum(['ask', 'password', 'key', 'agent'])
export type SignIn = z.infer<typeof signIn>

/** A proxy that leads to hosts. Its password, if it wants one, is asked for and remembered in the vault. */
export const proxy = z.strictObject({
  kind: z.enum(['http', 'socks5', 'socks4']),
  address,
  port,
  /** Null signs in to no one. */
  user: line(128).nullable().default(null),
})
export type Proxy = Readonly<z.output<typeof proxy>>

/** What a terminal on this host looks like where it differs from the settings. */
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
  /** Programs over there may use the keys of this computer's agent. */
  forwardAgent: z.boolean().default(false),
  /** Null is what the group says; dialled through a jump host it counts for the first hop only. */
  proxy: proxy.nullable().default(null),
  look: terminalLook.default({ theme: null, fontSize: null }),
  lastUsed: z.number().nullable().default(null),
})
export type Host = Readonly<z.output<typeof host>>

/** A group hands down what it sets to the hosts and groups in it that leave it open. */
export const group = z.strictObject({
  id: groupId,
  label: line(128).min(1),
  parentId: groupId.nullable().default(null),
  user: userName.nullable().default(null),
  keyFile: exactLine(1024).nullable().default(null),
  jumpHostId: hostId.nullable().default(null),
  proxy: proxy.nullable().default(null),
  theme: line(64).nullable().default(null),
  folded: z.boolean().default(false),
})
export type Group = Readonly<z.output<typeof group>>

/** What a person adds to a host of their config without touching the file. */
export const hostNotes = z.strictObject({
  groupId: groupId.nullable().default(null),
  tags: z.array(line(32).min(1)).max(32).default([]),
  favourite: z.boolean().default(false),
  look: terminalLook.default({ theme: null, fontSize: null }),
  lastUsed: z.number().nullable().default(null),
})
export type HostNotes = Readonly<z.output<typeof hostNotes>>

/** A line of the config, and what there is to say of it. */
export interface LineNote {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** What is known of a host that comes from ssh_config(5), beside what every host has. */
export interface ConfiguredHost {
  readonly name: string
  /** Where its `Host` line stands. */
  readonly path: string
  readonly line: number
  /** The other names and patterns on that line: a change counts for them too. */
  readonly alsoNames: readonly string[]
  /** ProxyJump, empty for none. */
  readonly jumps: string
  readonly proxyCommand: string | null
  /** The weak algorithms that its lines let in. */
  readonly weak: readonly string[]
  /** What its lines say that Hawser does not do. */
  readonly notHonoured: readonly LineNote[]
  /** A line that OpenSSH would refuse: it is not dialled before that is corrected. */
  readonly problem: LineNote | null
  /** A `Match exec` decides about it, which is run when somebody connects and allows it. */
  readonly unsure: boolean
}

/** The person's ssh_config as a whole. */
export interface ConfigOverview {
  readonly path: string
  /** What could not be read of the files. */
  readonly notes: readonly LineNote[]
  readonly hosts: Readonly<Record<string, ConfiguredHost>>
  /** How many more names there are than are shown. */
  readonly left: number
}

function isJumpList(text: string): boolean {
  const hops = /\s/.test(text) ? undefined : parseJumps(text)
  return hops?.every(hop => address.safeParse(hop.address).success) === true
}

/** A change of a host of the config; what is not named stays, null takes the line out. */
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

/** The hosts as the window shows them; `secrets` says which have a password or a pasted key in the vault. */
export interface HostBook {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly secrets: Readonly<Record<string, readonly HostSecret[]>>
  readonly config: ConfigOverview
}

export const hostSecret = z.enum(['password', 'private-key'])
export type HostSecret = z.infer<typeof hostSecret>

/** The saved hosts and their groups. Main owns the truth; every window keeps a mirror. */
export const hosts = {
  list: call(z.void()).returns<HostBook>(),
  /** Of a host that comes from the config only what a person adds to it is kept. */
  save: call(z.strictObject({ host })).returns<void>(),
  /** Its secrets stay until the next start, so that undo brings all of it back. */
  remove: call(z.strictObject({ id: hostId })).returns<void>(),
  /** An empty secret takes it out of the vault. */
  setSecret: call(z.strictObject({ id: hostId, kind: hostSecret, secret: secretText })).returns<void>(),
  saveGroup: call(z.strictObject({ group })).returns<void>(),
  /** Its hosts and groups move up to its parent. */
  removeGroup: call(z.strictObject({ id: groupId })).returns<void>(),
  /** Writes a change of a host into the config, every other byte kept. Throws when an earlier line would win over it. */
  editConfig: call(z.strictObject({ id: hostId, changes: configChanges })).returns<void>(),
  onChanged: event<HostBook>(),
}
