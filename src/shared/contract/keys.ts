import { z } from 'zod'

import { call, event } from './define.ts'
import { address, port } from './hosts.ts'
import { remoteTarget } from './targets.ts'
import { exactLine, line, secretText } from './text.ts'

/** Where a key is: a file of the .ssh folder, or the vault. Those that are only in the agent have no place of ours. */
export type KeyPlace = 'file' | 'vault' | 'agent'

/** One key as the page shows it; never its private half. */
export interface KeyInfo {
  /** `file:` and its path, `vault:` and its name, `agent:` and its fingerprint. */
  readonly id: string
  readonly place: KeyPlace
  readonly name: string
  readonly path: string | null
  /** As people say it, such as ED25519. */
  readonly type: string
  readonly bits: number | null
  readonly comment: string
  readonly fingerprint: string | null
  readonly randomart: string
  /** Null where the file does not tell. */
  readonly encrypted: boolean | null
  readonly inAgent: boolean
  /** Its line for authorized_keys. */
  readonly publicKey: string | null
  /** The hosts that are set to use it. */
  readonly usedBy: readonly string[]
  /** Why it can't be used. */
  readonly problem: string | null
}

export interface KeyBook {
  readonly keys: readonly KeyInfo[]
  readonly folder: string
  /** Whether an agent answers. */
  readonly agent: boolean
  /** True while the vault can't be read: what it holds is not listed. */
  readonly vaultLocked: boolean
}

// What ssh reads by these names, and what Windows gives to no file.
const reserved =
  /^(config|authorized_keys2?|known_hosts2?|known_hosts\.old|environment|rc|allowed_signers|con|prn|aux|nul|(com|lpt)\d)$|\.pub$/i

/** A file's name in the .ssh folder or a name in the vault. */
export const keyName = line(64)
  .refine(name => !reserved.test(name), 'is a name that ssh or the system uses itself')
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._@ -]*$/, 'may only contain letters, digits, . _ - @ and spaces')
export const keyId = exactLine(4200).regex(/^(file|vault|agent):/)
/** What `cancel` calls the work of a key that is being made or imported, which has no id yet. */
export const newKeyWork = 'new'

const sealed = { passphrase: secretText, rounds: z.int().min(16).max(100).default(16) }
const one = { id: keyId }

export const newKey = z
  .strictObject({
    place: z.enum(['file', 'vault']),
    name: keyName,
    type: z.enum(['ed25519', 'ecdsa', 'rsa']),
    bits: z.int(),
    comment: line(256),
    ...sealed,
  })
  .refine(
    ({ type, bits }) =>
      type === 'rsa' ? [3072, 4096].includes(bits) : type === 'ecdsa' ? [256, 384, 521].includes(bits) : true,
    'must be a key size supported by this type',
  )

/** What putting a key on a server came to. */
export interface PutResult {
  /** False where it was there already. */
  readonly added: boolean
  /** The server let us in by this very key. */
  readonly proved: boolean
  /** Why it did not. */
  readonly problem: string | null
}

/** SSH keys: files of the .ssh folder, those in the vault and in the agent. Private halves never come to the window. */
export const keys = {
  list: call(z.void()).returns<KeyBook>(),
  /** Makes a key; never over one that is there. Answers its id. */
  generate: call(newKey).returns<string>(),
  /** Takes a key in OpenSSH's format, PEM, PKCS#8 or PuTTY's into a new file or the vault. Answers its id. */
  importKey: call(
    z.strictObject({
      /** The key itself, or the path of its file. */
      text: secretText,
      path: exactLine(4096),
      place: z.enum(['file', 'vault']),
      name: keyName,
    }),
  ).returns<string>(),
  /** Writes a copy into a folder, under a name that is free there; answers the path. */
  exportKey: call(
    z.strictObject({ ...one, folder: exactLine(4096).min(1), format: z.enum(['openssh', 'pkcs8']), ...sealed }),
  ).returns<string>(),
  /** An empty passphrase takes it off. The old one is asked for where it is not remembered. */
  changePassphrase: call(z.strictObject({ ...one, ...sealed })).returns<void>(),
  /** Takes a key away for good, its public half too. */
  remove: call(z.strictObject(one)).returns<void>(),
  /** What ssh-copy-id does, and then a sign-in with that key as the proof. */
  putOn: call(z.strictObject({ ...one, target: remoteTarget })).returns<PutResult>(),
  /** Takes it out of authorized_keys; answers how many lines went. */
  takeOff: call(z.strictObject({ ...one, target: remoteTarget })).returns<number>(),
  /** Ends the work that was started with a key, or on a new one, and its question. */
  cancel: call(z.strictObject({ id: z.union([keyId, z.literal(newKeyWork)]) })).returns<void>(),
  /** For so many seconds; 0 is as long as the agent runs. */
  addToAgent: call(z.strictObject({ ...one, seconds: z.int().min(0).max(31_536_000) })).returns<void>(),
  removeFromAgent: call(z.strictObject(one)).returns<void>(),
  onChanged: event<KeyBook>(),
}

/** One line of known_hosts. */
export interface KnownHostEntry {
  readonly path: string
  readonly line: number
  /** The line as it stands, by which it is taken out. */
  readonly text: string
  /** The names as they stand; empty where they are hashed. */
  readonly names: string
  readonly hashed: boolean
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly type: string
  readonly fingerprint: string
  readonly comment: string
}

const lineRef = z.strictObject({ path: exactLine(4096), line: z.int().min(1), text: z.string().max(65_536) })

/** The person's known_hosts: the host keys that were trusted. */
export const knownHosts = {
  list: call(z.void()).returns<readonly KnownHostEntry[]>(),
  /** The lines that speak of a name, hashed ones too; a port stands as `[name]:port`. */
  find: call(z.strictObject({ name: line(512).min(1) })).returns<readonly KnownHostEntry[]>(),
  remove: call(z.strictObject({ lines: z.array(lineRef).min(1).max(1000) })).returns<void>(),
  /** Asks the server for its keys and files the one with this fingerprint. Nothing else is sent. */
  add: call(z.strictObject({ address, port, fingerprint: line(128).min(1) })).returns<void>(),
  /** Ends the wait of `add` for a server. */
  cancelAdd: call(z.void()).returns<void>(),
  onChanged: event<readonly KnownHostEntry[]>(),
}
