import { z } from 'zod'

import { call, event } from './define.ts'
import { address, port } from './hosts.ts'
import { remoteTarget } from './targets.ts'
import { exactLine, line, secretText } from './text.ts'

/** Where a key is stored: a file of the .ssh folder, the vault, or only the agent. */
export type KeyPlace = 'file' | 'vault' | 'agent'

/** One key as the page shows it; never the private key. */
export interface KeyInfo {
  /** `file:` and its path, `vault:` and its name, or `agent:` and its fingerprint. */
  readonly id: string
  readonly place: KeyPlace
  readonly name: string
  readonly path: string | null
  /** For display, such as ED25519. */
  readonly type: string
  readonly bits: number | null
  readonly comment: string
  readonly fingerprint: string | null
  readonly randomart: string
  /** Null if the file doesn't reveal it. */
  readonly encrypted: boolean | null
  readonly inAgent: boolean
  /** Its line for authorized_keys. */
  readonly publicKey: string | null
  /** The hosts configured to use it. */
  readonly usedBy: readonly string[]
  /** Why it can't be used. */
  readonly problem: string | null
}

export interface KeyBook {
  readonly keys: readonly KeyInfo[]
  readonly folder: string
  /** True if an agent responds. */
  readonly agent: boolean
  /** True while the vault can't be read, so that its keys are not listed. */
  readonly vaultLocked: boolean
}

// Names that ssh itself uses, and names that Windows reserves.
const reserved =
  /^(config|authorized_keys2?|known_hosts2?|known_hosts\.old|environment|rc|allowed_signers|con|prn|aux|nul|(com|lpt)\d)$|\.pub$/i

/** The name of a file in the .ssh folder or of a key in the vault. */
export const keyName = line(64)
  .refine(name => !reserved.test(name), 'is a name that ssh or the system uses itself')
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._@ -]*$/, 'may only contain letters, digits, . _ - @ and spaces')
const keyId = exactLine(4200).regex(/^(file|vault|agent):/)
/** The ID for `cancel` of a key being generated or imported, which has none yet. */
export const newKeyWork = 'new'

const sealed = { passphrase: secretText, rounds: z.int().min(16).max(100).default(16) }
const one = { id: keyId }

const newKey = z
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

/** The result of adding a key to a server. */
export interface PutResult {
  /** False if it was already there. */
  readonly added: boolean
  /** True if signing in with this key succeeded. */
  readonly proved: boolean
  /** Why it did not. */
  readonly problem: string | null
}

/** SSH keys in the .ssh folder, the vault and the agent. The window never receives private keys. */
export const keys = {
  list: call(z.void()).returns<KeyBook>(),
  /** Generates a key; never overwrites one. Returns its ID. */
  generate: call(newKey).returns<string>(),
  /** Imports a key in OpenSSH, PEM, PKCS#8 or PuTTY format to a new file or the vault. Returns its ID. */
  importKey: call(
    z.strictObject({
      /** The key itself, or the path of its file. */
      text: secretText,
      path: exactLine(4096),
      place: z.enum(['file', 'vault']),
      name: keyName,
    }),
  ).returns<string>(),
  /** Writes a copy to a folder, under a free name; returns the path. */
  exportKey: call(
    z.strictObject({ ...one, folder: exactLine(4096).min(1), format: z.enum(['openssh', 'pkcs8']), ...sealed }),
  ).returns<string>(),
  /** Changes the passphrase; an empty one removes it. The old one is asked for if it isn't saved. */
  changePassphrase: call(z.strictObject({ ...one, ...sealed })).returns<void>(),
  /** Deletes a key permanently, including its public key. */
  remove: call(z.strictObject(one)).returns<void>(),
  /** Does what ssh-copy-id does, then signs in with that key as a test. */
  putOn: call(z.strictObject({ ...one, target: remoteTarget })).returns<PutResult>(),
  /** Removes the key from authorized_keys; returns the number of removed lines. */
  takeOff: call(z.strictObject({ ...one, target: remoteTarget })).returns<number>(),
  /** Cancels the running operation on a key, or on a new one, including its question. */
  cancel: call(z.strictObject({ id: z.union([keyId, z.literal(newKeyWork)]) })).returns<void>(),
  /** Adds the key for this many seconds; 0 is until the agent exits. */
  addToAgent: call(z.strictObject({ ...one, seconds: z.int().min(0).max(31_536_000) })).returns<void>(),
  removeFromAgent: call(z.strictObject(one)).returns<void>(),
  onChanged: event<KeyBook>(),
}

/** One line of known_hosts. */
export interface KnownHostEntry {
  readonly path: string
  readonly line: number
  /** The line as written, which identifies it for removal. */
  readonly text: string
  /** The names as written; empty if they are hashed. */
  readonly names: string
  readonly hashed: boolean
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly type: string
  readonly fingerprint: string
  readonly comment: string
}

const lineRef = z.strictObject({ path: exactLine(4096), line: z.int().min(1), text: z.string().max(65_536) })

/** The user's known_hosts: the trusted host keys. */
export const knownHosts = {
  list: call(z.void()).returns<readonly KnownHostEntry[]>(),
  /** Returns the lines that match a name, including hashed ones; a port is written as `[name]:port`. */
  find: call(z.strictObject({ name: line(512).min(1) })).returns<readonly KnownHostEntry[]>(),
  remove: call(z.strictObject({ lines: z.array(lineRef).min(1).max(1000) })).returns<void>(),
  /** Asks the server for its host keys and saves the one with this fingerprint. Nothing else is sent. */
  add: call(z.strictObject({ address, port, fingerprint: line(128).min(1) })).returns<void>(),
  /** Stops the wait of `add` for a server. */
  cancelAdd: call(z.void()).returns<void>(),
  onChanged: event<readonly KnownHostEntry[]>(),
}
