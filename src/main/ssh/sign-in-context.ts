import type { Answer, Question } from '../../shared/contract/prompts.ts'
import type { PlannedHop } from './connection-plan.ts'
import type { KeyRing } from './key-ring.ts'
import type { Signer } from './signer.ts'

/** Where remembered secrets are; `get` gives null while the vault is locked. */
export interface SecretStore {
  /** True while there is a vault that can't be read. */
  readonly locked: boolean
  get(name: string): Promise<string | null>
  set(name: string, secret: string | null): Promise<void>
}

export interface SignInContext {
  readonly hop: PlannedHop
  readonly secrets: SecretStore
  readonly keys: KeyRing
  /** The keys of an agent by its socket; null is the usual one, `none` has none. */
  readonly agent: (socket: string | null) => Promise<readonly Signer[]>
  /**
   * Asks a person; the attempt's deadline is paused until the answer. `refused` says that the remembered secret was just
   * turned down. Null is Cancel. Errors: `needs-answer`, or `auth-failed` when `refused`, where nobody may be asked.
   */
  readonly ask: (question: Question, refused?: boolean) => Promise<Answer | null>
  /** Ends the attempt at once, where the server would take any reply amiss. */
  readonly giveUp: (error: unknown) => void
}
