import { z } from 'zod'

import { call, event } from './define.ts'
import { secretText } from './text.ts'

/**
 * Where secrets are kept. `new`: nothing is kept yet. `session`: this run only.
 * `locked` with `protector: keychain` means that the keychain does not give the key out.
 */
export interface VaultStatus {
  readonly state: 'new' | 'unlocked' | 'locked' | 'session'
  readonly protector: 'keychain' | 'password' | null
  /** Null until it was tried. */
  readonly keychain: boolean | null
}

const newPassword = secretText.min(8)

/** The encrypted store of passwords, passphrases and pasted keys. No secret ever comes back over these calls. */
export const vault = {
  status: call(z.void()).returns<VaultStatus>(),
  /** Starts or re-protects the vault. */
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
