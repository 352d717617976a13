import { z } from 'zod'

import { call } from './define.ts'
import { address, groupId, hostId, port, proxy, signIn, terminalLook, userName, type HostId } from './hosts.ts'
import { hop } from './targets.ts'
import { exactLine, line } from './text.ts'

/** A host that was read from another program's file or an ssh command, before it is saved. */
export const importedHost = z.strictObject({
  label: line(128).min(1),
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
  keyFile: exactLine(1024).nullable().default(null),
  /** The hops before it, the first first. */
  jumps: z.array(hop).max(8).default([]),
  /** The names of its groups, the outermost first. */
  groups: z.array(line(128).min(1)).max(16).default([]),
  tags: z.array(line(32).min(1)).max(32).default([]),
  proxy: proxy.nullable().default(null),
  /** The file asks for it. It's shown, and stays off: `add` never takes it over. */
  forwardAgent: z.boolean().default(false),
  signIn: signIn.default('ask'),
  /** As `forwardAgent`. */
  weakAlgorithms: z.boolean().default(false),
  favourite: z.boolean().default(false),
  look: terminalLook.default({ theme: null, fontSize: null }),
  /** In the words of ssh(1), such as `-L 8080:localhost:80`. */
  forwards: z.array(exactLine(1024)).max(64).default([]),
  /** What could not be taken over. */
  note: line(1024).default(''),
})
export type ImportedHost = Readonly<z.output<typeof importedHost>>

/** What a file is, by its content. */
export type ImportFormat =
  'putty' | 'winscp' | 'mobaxterm' | 'termius' | 'csv' | 'known-hosts' | 'ssh' | 'ssh-config' | 'hawser'

/** What was found in a file. */
export interface ImportPreview {
  readonly format: ImportFormat
  readonly hosts: readonly ImportedHost[]
  /** What was left out and why, a line each. */
  readonly skipped: readonly string[]
}

/** What came of an import. */
export interface ImportResult {
  readonly added: number
  /** Hosts that were there already, as they are. */
  readonly there: number
}

/** Hosts from elsewhere, and everything to take away. */
export const imports = {
  /** Reads text that was pasted: any of the formats, or an ssh command. Throws `invalid-input` for what is none. */
  readText: call(z.strictObject({ text: z.string().max(16 * 1024 * 1024) })).returns<ImportPreview>(),
  /** Reads a file, or a folder such as ~/.putty. */
  readFile: call(z.strictObject({ path: exactLine(4096).min(1) })).returns<ImportPreview>(),
  /** What other programs left in their usual places on this computer. */
  places: call(z.void()).returns<readonly { readonly label: string; readonly path: string }[]>(),
  add: call(
    z.strictObject({ hosts: z.array(importedHost).max(5_000), groupId: groupId.nullable().default(null) }),
  ).returns<ImportResult>(),
  /** Copies hosts of the config into Hawser's own. */
  addConfigured: call(z.strictObject({ ids: z.array(hostId).max(5_000) })).returns<ImportResult>(),
  /** The host to jump by for these hops, made where it is not there yet. */
  jumpHost: call(z.strictObject({ jumps: z.array(hop).min(1).max(8) })).returns<HostId | null>(),
  /** Saves forwards of a host, in the words of ssh(1). */
  addForwards: call(z.strictObject({ id: hostId, forwards: z.array(exactLine(1024)).max(64) })).returns<void>(),
  /** Gives an existing host the address that an ssh command names and keeps the rest of it. */
  readdress: call(z.strictObject({ id: hostId, text: z.string().max(65_536) })).returns<void>(),
  /** Writes everything but secrets into a folder, under a name that is free there; answers the path. */
  exportTo: call(
    z.strictObject({ folder: exactLine(4096).min(1), format: z.enum(['json', 'ssh-config']) }),
  ).returns<string>(),
}
