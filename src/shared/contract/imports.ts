import { z } from 'zod'

import { call } from './define.ts'
import { address, groupId, hostId, port, proxy, signIn, terminalLook, userName, type HostId } from './hosts.ts'
import { hop } from './targets.ts'
import { exactLine, line } from './text.ts'

/** A host read from another program's file or an ssh command, before it is saved. */
export const importedHost = z.strictObject({
  label: line(128).min(1),
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
  keyFile: exactLine(1024).nullable().default(null),
  /** The hops before it, in order. */
  jumps: z.array(hop).max(8).default([]),
  /** The names of its groups, outermost first. */
  groups: z.array(line(128).min(1)).max(16).default([]),
  tags: z.array(line(32).min(1)).max(32).default([]),
  proxy: proxy.nullable().default(null),
  /** Requested by the file. It is shown but stays off: `add` never applies it. */
  forwardAgent: z.boolean().default(false),
  signIn: signIn.default('ask'),
  /** The same as `forwardAgent`. */
  weakAlgorithms: z.boolean().default(false),
  favourite: z.boolean().default(false),
  look: terminalLook.default({ theme: null, fontSize: null }),
  /** In the syntax of ssh(1), such as `-L 8080:localhost:80`. */
  forwards: z.array(exactLine(1024)).max(64).default([]),
  /** The parts that could not be imported. */
  note: line(1024).default(''),
})
export type ImportedHost = Readonly<z.output<typeof importedHost>>

/** The format of a file, detected by its content. */
export type ImportFormat =
  'putty' | 'winscp' | 'mobaxterm' | 'termius' | 'csv' | 'known-hosts' | 'ssh' | 'ssh-config' | 'hawser'

/** The hosts found in a file. */
export interface ImportPreview {
  readonly format: ImportFormat
  readonly hosts: readonly ImportedHost[]
  /** The skipped entries and why, one per line. */
  readonly skipped: readonly string[]
}

/** The result of an import. */
export interface ImportResult {
  readonly added: number
  /** Hosts that already existed unchanged. */
  readonly there: number
}

/** Imports hosts, and exports everything. */
export const imports = {
  /** Reads pasted text: any of the formats, or an ssh command. Errors: `invalid-input` for an unknown format. */
  readText: call(z.strictObject({ text: z.string().max(16 * 1024 * 1024) })).returns<ImportPreview>(),
  /** Reads a file, or a folder such as ~/.putty. */
  readFile: call(z.strictObject({ path: exactLine(4096).min(1) })).returns<ImportPreview>(),
  /** Returns the default locations of other programs' data that exist on this computer. */
  places: call(z.void()).returns<readonly { readonly label: string; readonly path: string }[]>(),
  add: call(
    z.strictObject({ hosts: z.array(importedHost).max(5_000), groupId: groupId.nullable().default(null) }),
  ).returns<ImportResult>(),
  /** Copies config hosts to saved hosts. */
  addConfigured: call(z.strictObject({ ids: z.array(hostId).max(5_000) })).returns<ImportResult>(),
  /** Returns the jump host for these hops, creating it if necessary. */
  jumpHost: call(z.strictObject({ jumps: z.array(hop).min(1).max(8) })).returns<HostId | null>(),
  /** Saves forwards of a host, in the syntax of ssh(1). */
  addForwards: call(z.strictObject({ id: hostId, forwards: z.array(exactLine(1024)).max(64) })).returns<void>(),
  /** Changes the address of an existing host to that of an ssh command, and keeps the rest. */
  readdress: call(z.strictObject({ id: hostId, text: z.string().max(65_536) })).returns<void>(),
  /** Writes everything except secrets to a folder, under a free name; returns the path. */
  exportTo: call(
    z.strictObject({ folder: exactLine(4096).min(1), format: z.enum(['json', 'ssh-config']) }),
  ).returns<string>(),
}
