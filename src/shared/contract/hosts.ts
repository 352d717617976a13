import { z } from 'zod'

import { call, event } from './define.ts'
import { line, secretText } from './text.ts'

export const hostId = z.uuid().brand<'HostId'>()
export type HostId = z.infer<typeof hostId>
export const groupId = z.uuid().brand<'GroupId'>()
export type GroupId = z.infer<typeof groupId>

/** A name or address to dial: no leading dash, which other programs would read as a flag, and nothing that means more in known_hosts. */
export const address = line(255).regex(
  /^[^\s,*?!|#@"'`;\\-][^\s,*?!|#@"'`;\\]*$/,
  'must be a host name or an IP address',
)
export const port = z.int().min(1).max(65_535)
export const userName = line(128).regex(/^[^\s@-][^\s]*$/, 'must be a user name')

/** How a host is signed in to: `ask` tries agent, keys and then asks, as OpenSSH does. */
export const signIn = z.enum(['ask', 'password', 'key', 'agent'])
export type SignIn = z.infer<typeof signIn>

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
  keyFile: line(1024).nullable().default(null),
  jumpHostId: hostId.nullable().default(null),
  tags: z.array(line(32).min(1)).max(32).default([]),
  favourite: z.boolean().default(false),
  weakAlgorithms: z.boolean().default(false),
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
  keyFile: line(1024).nullable().default(null),
  jumpHostId: hostId.nullable().default(null),
  theme: line(64).nullable().default(null),
  folded: z.boolean().default(false),
})
export type Group = Readonly<z.output<typeof group>>

/** The hosts as the window shows them; `secrets` says which have a password or a pasted key in the vault. */
export interface HostBook {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  readonly secrets: Readonly<Record<string, readonly HostSecret[]>>
}

export const hostSecret = z.enum(['password', 'private-key'])
export type HostSecret = z.infer<typeof hostSecret>

/** The saved hosts and their groups. Main owns the truth; every window keeps a mirror. */
export const hosts = {
  list: call(z.void()).returns<HostBook>(),
  save: call(z.strictObject({ host })).returns<void>(),
  /** Its secrets stay until the next start, so that undo brings all of it back. */
  remove: call(z.strictObject({ id: hostId })).returns<void>(),
  /** An empty secret takes it out of the vault. */
  setSecret: call(z.strictObject({ id: hostId, kind: hostSecret, secret: secretText })).returns<void>(),
  saveGroup: call(z.strictObject({ group })).returns<void>(),
  /** Its hosts and groups move up to its parent. */
  removeGroup: call(z.strictObject({ id: groupId })).returns<void>(),
  onChanged: event<HostBook>(),
}
