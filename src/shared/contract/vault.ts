import { z } from 'zod'

import { call, event } from './define.ts'
import { secretText } from './text.ts'

/**
 * Where secrets are stored. `new`: nothing is stored yet. `session`: until Hawser quits. `locked` with `protector:
 * keychain` means that the keychain doesn't provide the key.
 */
export interface VaultStatus {
  readonly state: 'new' | 'unlocked' | 'locked' | 'session'
  readonly protector: 'keychain' | 'password' | null
  /** Null until it was tried. */
  readonly keychain: boolean | null
}

const newPassword = secretText.min(8)

/** The encrypted store of passwords, passphrases and pasted keys. These calls never return a secret. */
export const vault = {
  status: call(z.void()).returns<VaultStatus>(),
  /** Creates the vault, or changes its protection. */
  protect: call(
    z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('keychain') }),
      z.strictObject({ by: z.literal('password'), password: newPassword }),
      z.strictObject({ by: z.literal('session') }),
    ]),
  ).returns<void>(),
  unlock: call(z.strictObject({ password: secretText.nullable() })).returns<void>(),
  lock: call(z.void()).returns<void>(),
  changePassword: call(z.strictObject({ current: secretText, next: newPassword })).returns<void>(),
  onChanged: event<VaultStatus>(),
}
